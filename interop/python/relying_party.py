"""A relying party on Authlib: code flow with PKCE, ID token, userinfo, refresh with rotation."""

import os
import time

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import get_well_known_url
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

from conversation import ask, show

issuer = os.environ["OIDC_ISSUER"]
client_id = os.environ["OIDC_CLIENT_ID"]

session = OAuth2Session(
    client_id,
    scope=os.environ["OIDC_SCOPE"],
    redirect_uri=os.environ["OIDC_REDIRECT_URI"],
    code_challenge_method="S256",
    token_endpoint_auth_method=os.environ["OIDC_TOKEN_ENDPOINT_AUTH_METHOD"],
)
metadata = session.get(get_well_known_url(issuer, external=True), withhold_token=True).json()
assert metadata["issuer"] == issuer, metadata["issuer"]

verifier, nonce = generate_token(48), generate_token()
url, state = session.create_authorization_url(
    metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
)
callback = ask("authorize", url)
assert f"state={state}" in callback, callback
token = session.fetch_token(
    metadata["token_endpoint"], authorization_response=callback, state=state, code_verifier=verifier
)

keys = KeySet.import_key_set(session.get(metadata["jwks_uri"], withhold_token=True).json())
decoded = jwt.decode(token["id_token"], keys, algorithms=[os.environ["OIDC_ID_TOKEN_SIGNED_RESPONSE_ALG"]])
claims = CodeIDToken(
    decoded.claims,
    decoded.header,
    options={
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client_id},
        "nonce": {"essential": True, "value": nonce},
    },
    params={"nonce": nonce, "client_id": client_id, "access_token": token["access_token"]},
)
claims.validate(now=int(time.time()), leeway=5)
assert claims["acr"] and claims["amr"] and claims["auth_time"] <= time.time()
show(f"ID token: {decoded.header['alg']}, acr {claims['acr']}, amr {', '.join(claims['amr'])}")

person = session.get(metadata["userinfo_endpoint"]).json()
assert person["sub"] == claims["sub"], person
show(f"userinfo: {', '.join(person)}")

renewed = session.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
assert renewed["refresh_token"] != token["refresh_token"], "the refresh token was not rotated"
show("refresh: a new access token and a new refresh token")
