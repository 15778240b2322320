import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSecret, generateRoot } from '../secret/secret.ts';
import { newApp } from './create-app.ts';
import { securityInForce } from './security.ts';
import { trialOf } from './trial-app.ts';
import type { NewApp } from './validation.ts';

const { hash } = createSecret(generateRoot());
const issuer = 'https://id.example.com';

it('a stand-in, which has no secret, can do nothing but sign people in', () => {
  const input = {
    ...{ name: 'Desk', kind: 'web', redirectUris: ['https://desk.example.com/callback'] },
    ciba: { deliveryMode: 'poll' },
    tokenExchange: { apps: ['shop'], impersonates: ['shop'] },
  } as NewApp;
  const { app } = newApp(input, { hash, now: 0 });
  const device = 'urn:ietf:params:oauth:grant-type:device_code';
  const grantTypes = [...app.grantTypes, 'client_credentials', device];
  const trial = trialOf({ ...app, grantTypes, apiScopes: ['people:read'] }, { issuer });
  assert.ok(trial);
  assert.deepEqual(trial.grantTypes, ['authorization_code', 'refresh_token']);
  for (const power of ['tokenExchange', 'ciba', 'apiScopes', 'forwardAuth'] as const)
    assert.equal(trial[power], undefined, power);
  assert.deepEqual([trial.secrets, trial.redirectUris], [[], [`${issuer}/console/trial`]]);
});

it('a stand-in is as careful as its app, with keys of its own in the place of a secret or a certificate', () => {
  const keys = { keys: [{ kty: 'EC' }] };
  const { app } = newApp({ name: 'Bank', kind: 'web', redirectUris: [`${issuer}/callback`] } as NewApp, {
    ...{ hash, now: 0 },
  });
  const security = { profile: 'fapi2-security' } as const;
  const certificate = {
    ...{ tokenEndpointAuthMethod: 'tls_client_auth', certificateBoundAccessTokens: true },
    clientCertificate: { sanDns: 'bank.example.com' },
  };
  const careful = trialOf({ ...app, ...certificate, security }, { issuer, keys });
  assert.ok(careful);
  const { tokenEndpointAuthMethod, clientCertificate, certificateBoundAccessTokens, jwks } = careful;
  assert.deepEqual([tokenEndpointAuthMethod, jwks], ['private_key_jwt', keys]);
  assert.deepEqual([clientCertificate, certificateBoundAccessTokens], [undefined, undefined]);
  const { isFapi, dpopBoundAccessTokens, requirePushedAuthorizationRequests } = securityInForce(careful);
  assert.deepEqual([isFapi, dpopBoundAccessTokens, requirePushedAuthorizationRequests], [true, true, true]);
  assert.equal(trialOf({ ...app, ...certificate }, { issuer })?.tokenEndpointAuthMethod, 'none');
  assert.equal(trialOf(app, { issuer })?.tokenEndpointAuthMethod, 'none');
});
