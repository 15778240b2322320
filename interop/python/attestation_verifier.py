"""The attestation verifiers of python-fido2 judge statements that our authenticators in software made."""

from cryptography.x509 import ExtensionNotFound
from fido2.attestation import (
    AttestationVerifier,
    InvalidData,
    InvalidSignature,
    UnsupportedType,
    UntrustedAttestation,
)
from fido2.utils import websafe_decode
from fido2.webauthn import AttestationObject, CollectedClientData

from conversation import ask, show


class Verifier(AttestationVerifier):
    def __init__(self, root):
        super().__init__()
        self.root = root

    def ca_lookup(self, attestation_result, auth_data):
        return self.root


def judge(case):
    verifier = Verifier(websafe_decode(case["root"]))
    try:
        verifier.verify_attestation(
            AttestationObject(websafe_decode(case["attestationObject"])),
            CollectedClientData(websafe_decode(case["clientDataJSON"])).hash,
        )
        return "accepted"
    except UnsupportedType:
        return "not supported"
    except (InvalidData, InvalidSignature, UntrustedAttestation, ExtensionNotFound):
        return "refused"


accepted, refused, unchecked = [], [], []
for case in ask("attestations", None):
    verdict = judge(case)
    if case.get("unchecked"):
        # That it is named here must stay true: a later version may know better.
        assert verdict != ("accepted" if case["isRight"] else "refused"), f"{case['name']}: {verdict}"
        unchecked.append(f"{case['name']} ({verdict})")
    else:
        expected = "accepted" if case["isRight"] else "refused"
        assert verdict == expected, f"{case['name']}: {verdict}, not {expected}"
        (accepted if case["isRight"] else refused).append(case["name"])

show(f"accepted: {'; '.join(accepted)}")
show(f"{len(refused)} broken ones refused: {'; '.join(refused)}")
show(f"not looked at by python-fido2: {'; '.join(unchecked)}")
