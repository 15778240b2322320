"""The server side of python-fido2 takes a registration and an assertion made by our authenticator in software."""

import os

from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import (
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from conversation import ask, show

server = Fido2Server(
    PublicKeyCredentialRpEntity(id="localhost", name="Interop"),
    verify_origin=lambda origin: origin == "http://localhost",
)
server.allowed_algorithms = [
    PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=int(os.environ["ALGORITHM"]))
]

options, state = server.register_begin(
    PublicKeyCredentialUserEntity(id=os.urandom(32), name="ada", display_name="Ada"),
    resident_key_requirement=ResidentKeyRequirement.REQUIRED,
    user_verification=UserVerificationRequirement.REQUIRED,
)
made = server.register_complete(state, ask("create", dict(options)["publicKey"]))
credential = made.credential_data
assert credential and isinstance(CoseKey.parse(credential.public_key), CoseKey)

options, state = server.authenticate_begin([credential], UserVerificationRequirement.REQUIRED)
used = server.authenticate_complete(state, [credential], ask("get", dict(options)["publicKey"]))
assert used.credential_id == credential.credential_id
show(f"{type(CoseKey.parse(credential.public_key)).__name__}, id of {len(credential.credential_id)} bytes")
