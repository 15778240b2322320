/** As who may not let an app stand in the place of people, and would become one that may. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { App } from '../storage.ts';
import { openAdministration } from '../testing/administration.ts';
import { newKeyPair } from '../testing/machine.ts';
import type { Administration } from './operations.ts';

const refused = (field: string) => ({ name: 'AppError', code: 'forbidden', field });
const impersonating = { apps: ['shop'], impersonates: ['shop'] };

/** A desk with a secret and one with a key, both of which may stand in the place of people of the shop. */
async function openOffice() {
  const office = await openAdministration();
  const { machine, storage } = office;
  const web = { kind: 'web' as const, tokenExchange: impersonating };
  const redirectUris = ['https://desk.example.com/'];
  const { jwks } = newKeyPair();
  await machine.apps.add({ id: 'desk', name: 'Desk', ...web, redirectUris });
  const byKey = { tokenEndpointAuthMethod: 'private_key_jwt' as const, jwks };
  await machine.apps.add({ id: 'signing', name: 'Signing desk', ...web, ...byKey, redirectUris });
  const { id } = await machine.people.add({ userName: 'wim' });
  await machine.people.update({ user: id, administers: ['desk', 'signing'] });
  const wim = (await storage.accounts.findById(id)) ?? assert.fail();
  return {
    ...office,
    attackers: [
      office.as({ kind: 'app', appId: 'hr', scopes: ['apps:read', 'apps:write'] }),
      office.as({ kind: 'account', account: wim }),
    ],
    above: office.as({ kind: 'app', appId: 'hr', scopes: ['apps:write', 'system:write'] }),
    stored: async (): Promise<App[]> => (await storage.apps.list({ limit: 99 })).items,
  };
}

type Attack = (by: Administration) => Promise<unknown>;
const theirs = newKeyPair().jwks as never;
const attacks: [field: string, Attack][] = [
  ['secrets', (by) => by.apps.rotateSecret({ id: 'desk' })],
  ['secrets', (by) => by.apps.rotateSecret({ id: 'desk', previousHours: 0 })],
  ['redirectUris', (by) => by.apps.update({ id: 'desk', redirectUris: ['https://eve.example.com/'] })],
  [
    'tokenEndpointAuthMethod',
    (by) => by.apps.update({ id: 'desk', tokenEndpointAuthMethod: 'private_key_jwt', jwks: theirs }),
  ],
  ['jwks', (by) => by.apps.update({ id: 'signing', jwks: theirs })],
  ['jwks', (by) => by.apps.update({ id: 'signing', jwks: null, jwksUri: 'https://eve.example.com/keys' })],
  [
    'tokenEndpointAuthMethod',
    (by) =>
      by.apps.update({
        ...{ id: 'desk', tokenEndpointAuthMethod: 'tls_client_auth' as const },
        clientCertificate: { sanDns: 'eve.example.com' },
      }),
  ],
  ['pkce', (by) => by.apps.update({ id: 'desk', pkce: 'off' })],
  ['security', (by) => by.apps.update({ id: 'desk', security: { dpopBoundAccessTokens: true } })],
];

it('nobody becomes an app that may impersonate who may not let it: by a secret, a key, a certificate, an address', async () => {
  await using office = await openOffice();
  const before = await office.stored();
  for (const by of office.attackers)
    for (const [field, attack] of attacks) {
      await assert.rejects(attack(by), refused(field), `${field}: ${attack}`);
      assert.deepEqual(await office.stored(), before, `${attack}`);
    }
  for (const [, attack] of attacks.slice(0, 3)) await attack(office.above);
});

it('an app that may impersonate is named anew, ends a secret, and may do less, by who administers it', async () => {
  await using office = await openOffice();
  for (const by of office.attackers) {
    const name = 'Help desk';
    assert.equal((await by.apps.update({ id: 'desk', name, tokenExchange: impersonating })).name, name);
  }
  const [by, wim] = office.attackers;
  const { secrets } = await office.machine.apps.show({ id: 'desk' });
  await by?.apps.removeSecret({ id: 'desk', secretId: secrets[0]?.id ?? '' });
  // What stands in nobody's place any more is an app like any other.
  const tokenExchange = { apps: ['shop'] };
  const redirectUris = ['https://other.example.com/'];
  await wim?.apps.update({ id: 'signing', tokenExchange, redirectUris });
  await by?.apps.update({ id: 'desk', tokenExchange });
  assert.ok((await by?.apps.rotateSecret({ id: 'desk' }))?.secret);
  await assert.rejects(
    by?.apps.update({ id: 'desk', tokenExchange: impersonating }) ?? assert.fail(),
    refused('tokenExchange.impersonates'),
  );
});
