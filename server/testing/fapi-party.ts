/** An app of FAPI 2.0 in tests: openid-client with a key of its own, and tokens that are bound to another. */
import * as client from 'openid-client';
import type { NewApp } from '../apps/validation.ts';
import { type AppUnderTest, addApp } from './app-under-test.ts';
import type { TestBrowser } from './browser.ts';
import type { TestInstallation } from './installation.ts';
import { authorize, beginAuthorization, type RelyingParty } from './journeys.ts';

export interface FapiParty extends RelyingParty {
  app: AppUnderTest;
  /** What signs its assertions and requests. */
  key: client.CryptoKey;
  binding: client.DPoPOptions;
}

export async function addFapiParty(
  installation: TestInstallation,
  profile: NonNullable<NonNullable<NewApp['security']>['profile']>,
  input: Partial<NewApp> = {},
): Promise<FapiParty> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  const jwk = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const { kty, crv, x, y } = jwk;
  const app = await addApp(installation, {
    ...{ kind: 'web', consent: 'implicit', tokenEndpointAuthMethod: 'private_key_jwt' },
    jwks: { keys: [{ kty, crv, x, y }] } as NonNullable<NewApp['jwks']>,
    security: { profile },
    ...input,
  });
  const { origin } = installation;
  const config = await client.discovery(
    new URL(origin),
    app.id,
    {},
    client.PrivateKeyJwt(pair.privateKey, {
      [client.modifyAssertion]: (_header, payload) => {
        payload.aud = origin;
      },
    }),
    { execute: [client.allowInsecureRequests] },
  );
  const binding = { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) };
  return { config, app, redirectUri: app.redirectUri, key: pair.privateKey, binding };
}

/** A pushed request, signed where the profile wants that, and the answer to it. */
export async function fapiAnswer(
  browser: TestBrowser,
  party: FapiParty,
  parameters: Record<string, string> = {},
) {
  const { url, checks } = await beginAuthorization(party, parameters);
  let asked = new URL(url);
  if (parameters.response_mode === 'jwt')
    asked = await client.buildAuthorizationUrlWithJAR(party.config, asked.searchParams, party.key, {
      [client.modifyAssertion]: addNbf,
    });
  const pushed = await client.buildAuthorizationUrlWithPAR(party.config, asked.searchParams, party.binding);
  return { answer: await authorize(browser, pushed.href), checks };
}

const addNbf: NonNullable<client.ModifyAssertionOptions[typeof client.modifyAssertion]> = (
  _header,
  payload,
) => {
  payload.nbf ??= payload.iat;
};
