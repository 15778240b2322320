import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createSecret, generateRoot } from '../secret/secret.ts';
import { newApp } from './create-app.ts';
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
  const trial = trialOf({ ...app, grantTypes, apiScopes: ['people:read'] }, issuer);
  assert.ok(trial);
  assert.deepEqual(trial.grantTypes, ['authorization_code', 'refresh_token']);
  for (const power of ['tokenExchange', 'ciba', 'apiScopes', 'forwardAuth'] as const)
    assert.equal(trial[power], undefined, power);
  assert.deepEqual([trial.secrets, trial.redirectUris], [[], [`${issuer}/console/trial`]]);
});
