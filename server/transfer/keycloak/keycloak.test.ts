import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { AppError } from '../../errors.ts';
import { startInstallation, type TestInstallation } from '../../testing/installation.ts';
import { discover, signInTo } from '../../testing/journeys.ts';
import { browserWith, imported, type KnownPasskey } from '../../testing/transfer.ts';
import type { TransferContent } from '../content.ts';
import type { TransferReport } from '../report.ts';
import { readKeycloak } from './read.ts';

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/keycloak-${name}.json`, import.meta.url), 'utf8'));
const read = (change: (realm: Realm) => void = () => {}, redirects = {}): TransferContent => {
  const realm = fixture('realm');
  change(realm);
  return readKeycloak(realm, { rpId: 'localhost', redirects, now: Date.now() });
};
/** A test changes whatever it likes of it. */
type Realm = ReturnType<typeof JSON.parse>;

describe('what a real Keycloak 26.7 exported', () => {
  let installation: TestInstallation;
  let report: TransferReport;
  const passkeys: KnownPasskey[] = fixture('passkeys');
  before(async () => {
    installation = await startInstallation();
    report = await imported(installation, read(undefined, { wild: ['http://localhost:8088/callback'] }));
  });
  after(() => installation[Symbol.asyncDispose]());

  it('comes over: everybody, and every passkey', () => {
    assert.ok(report.done);
    assert.deepEqual(report.conflicts, []);
    const added = Object.fromEntries(
      Object.entries(report.counts).map(([kind, { added: it }]) => [kind, it]),
    );
    assert.deepEqual(
      [added.person, added.passkey, added.group, added.app],
      [70, 50, 4, 6],
      JSON.stringify(report.left, undefined, 1),
    );
  });

  it('lets all 50 people with a passkey sign in without doing anything, as whom apps know them', async () => {
    const party = await discover(installation.origin, {
      id: 'web',
      secret: 'web-secret-0123456789',
      redirectUri: 'http://127.0.0.1:9/cb',
    });
    assert.equal(passkeys.length, 50);
    for (const known of passkeys) {
      const tokens = await signInTo(browserWith(installation, known), party, {
        scope: 'openid profile email groups',
      });
      const claims = tokens.claims();
      assert.equal(claims?.sub, Buffer.from(known.userHandle, 'base64url').toString(), known.userName);
    }
  });

  it('takes the secrets of its clients, and gives a machine its token', async () => {
    const token = (secret: string) =>
      fetch(`${installation.origin}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`m2m:${secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      });
    assert.equal((await token('m2m-secret-0123456789')).status, 200);
    assert.equal((await token('another')).status, 401);
  });

  it('keeps groups with their subgroups, and gives what a group says to its people', async () => {
    const { accounts, groups } = installation.storage;
    const { items } = await groups.list({ limit: 50 });
    assert.deepEqual(items.map(({ name }) => name).sort(), [
      'auditor',
      'finance',
      'staff',
      'staff/night shift',
    ]);
    const user = await accounts.findByUserNameKey('user0');
    assert.deepEqual(
      (await groups.findMany(user?.groups ?? [])).map(({ name }) => name),
      ['staff'],
    );
    assert.deepEqual(user?.attributes, { 'cost-centre': '42' });
    assert.deepEqual(
      (await installation.storage.attributeDefinitions.list()).map(({ id, type }) => [id, type]),
      [['cost-centre', 'string']],
    );
    assert.equal(user?.createdAt, 1795328099978);
    assert.equal(user?.emailVerified, true);
  });

  it('names what cannot come over, item by item', () => {
    const told = new Set(report.left.map(({ item, reason }) => `${item}: ${reason}`));
    for (const expected of [
      'wild: redirect_address',
      'wild: implicit_flow',
      'wild: password_grant',
      'web: mapper',
    ])
      assert.ok(told.has(expected), expected);
    const noted = new Set(report.notes.map(({ item, reason }) => `${item}: ${reason}`));
    for (const expected of [
      'auditor: role_is_group',
      'staff/night shift: subgroup',
      'staff: group_attribute',
    ])
      assert.ok(noted.has(expected), expected);
    assert.equal(report.notes.filter(({ reason }) => reason === 'no_passkey').length, 20);
  });

  it('comes over once, however often', async () => {
    const again = await imported(installation, read(undefined, { wild: ['http://localhost:8088/callback'] }));
    assert.deepEqual(again.conflicts, []);
    for (const [kind, { added }] of Object.entries(again.counts)) assert.equal(added, 0, kind);
  });
});

describe('a realm of Keycloak', () => {
  const items = async (content: TransferContent) => Array.fromAsync(content.items());
  const person = async (content: TransferContent, userName: string) =>
    (await items(content)).flatMap((item) =>
      item.kind === 'person' && item.record.account.userName === userName ? [item.record] : [],
    )[0];
  const told = ({ left }: TransferContent, item: string) =>
    left.filter((finding) => finding.item === item).map(({ reason }) => reason);

  it('leaves an app without any address that can be taken, and says how to bring it', async () => {
    const content = read();
    assert.ok(!(await items(content)).some((item) => item.kind === 'app' && item.record.id === 'wild'));
    const [finding] = content.left.filter(({ reason }) => reason === 'no_redirect');
    assert.match(finding?.text ?? '', /--redirect wild=ADDRESS/);
  });

  it('types attributes as its mappers do, under the names of their claims', async () => {
    const content = read((realm) => {
      const [user] = realm.users;
      user.attributes = {
        level: ['7'],
        member: ['true'],
        langs: ['de', 'fr'],
        plain: ['x'],
        sub: ['forged'],
        odd: ['no'],
      };
      const mapper = (attribute: string, claim: string, type: string) => ({
        name: claim,
        protocolMapper: 'oidc-usermodel-attribute-mapper',
        config: { 'user.attribute': attribute, 'claim.name': claim, 'jsonType.label': type },
      });
      realm.clientScopes.push({
        name: 'own',
        protocolMappers: [
          mapper('level', 'clearance', 'int'),
          mapper('member', 'member', 'boolean'),
          mapper('odd', 'odd', 'long'),
        ],
      });
      realm.clients.find(({ clientId }: Realm) => clientId === 'web').defaultClientScopes.push('own');
    });
    const [user] = fixture('realm').users;
    const found = await person(content, user.username);
    assert.deepEqual(found?.account.attributes, {
      clearance: 7,
      member: true,
      langs: ['de', 'fr'],
      plain: 'x',
      ...inherited(found?.account.groups.length),
    });
    assert.deepEqual(told(content, user.username).filter((it) => it === 'attribute').length, 2);
    const app = (await items(content)).find((item) => item.kind === 'app' && item.record.id === 'web');
    assert.deepEqual(app?.kind === 'app' && app.record.claims, ['clearance', 'member', 'odd']);
  });

  it('keeps an app pairwise that was, names that its subs are others, and leaves one that cannot be', async () => {
    const uri = 'https://sector.example.com/apps.json';
    const mapper = (config = {}) => ({
      name: 'pairwise subject identifier',
      protocolMapper: 'oidc-sha256-pairwise-sub-mapper',
      config: { pairwiseSubAlgorithmSalt: 'a salt', ...config },
    });
    const client = (realm: Realm, id: string) => realm.clients.find(({ clientId }: Realm) => clientId === id);
    const content = read((realm) => {
      client(realm, 'web').protocolMappers.push(mapper({ sectorIdentifierUri: uri }));
      Object.assign(client(realm, 'spa'), { redirectUris: ['https://spa.example.com/cb'] });
      realm.clientScopes.push({ name: 'own-subs', protocolMappers: [mapper()] });
      client(realm, 'spa').optionalClientScopes.push('own-subs');
      Object.assign(client(realm, 'webrs'), {
        redirectUris: ['https://a.example.com/cb', 'https://b.example.com/cb'],
        protocolMappers: [mapper()],
      });
      realm.clients.push({
        clientId: 'tv',
        publicClient: true,
        standardFlowEnabled: false,
        attributes: { 'oauth2.device.authorization.grant.enabled': 'true' },
        protocolMappers: [mapper()],
      });
    });
    const apps = (await items(content)).flatMap((item) => (item.kind === 'app' ? [item.record] : []));
    const subjects = (id: string) => {
      const { subjectType, sectorIdentifierUri } = apps.find((app) => app.id === id) ?? {};
      return [subjectType, sectorIdentifierUri];
    };
    assert.deepEqual(
      [subjects('web'), subjects('spa')],
      [
        ['pairwise', uri],
        ['pairwise', undefined],
      ],
    );
    assert.deepEqual(subjects('webstock'), [undefined, undefined]);
    for (const id of ['web', 'spa']) assert.ok(told(content, id).includes('pairwise_sub'), id);
    for (const id of ['webrs', 'tv']) {
      assert.ok(!apps.some((app) => app.id === id), `${id} is not told the sub of other apps instead`);
      assert.ok(told(content, id).includes('not_valid'), id);
    }
    assert.match(JSON.stringify(content.left), /several hosts.*a device app/s);
  });

  it('gives people their roles as groups: direct, of a group, and of a role that holds others', async () => {
    const content = read((realm) => {
      realm.roles.realm.push({
        id: 'role-chief',
        name: 'chief',
        composites: { realm: ['auditor'], client: { web: ['edit'] } },
      });
      realm.roles.client.web = [{ id: 'role-edit', name: 'edit' }];
      realm.users[0].realmRoles = ['chief', 'default-roles-bench', 'offline_access'];
      realm.users[0].groups = [];
      realm.users[0].clientRoles = { 'realm-management': ['realm-admin'] };
    });
    const { username } = fixture('realm').users[0];
    const found = await person(content, username);
    const names = (await items(content)).flatMap((item) =>
      item.kind === 'group' && found?.account.groups.includes(item.record.id) ? [item.record.name] : [],
    );
    assert.deepEqual(names.sort(), ['auditor', 'chief', 'web:edit']);
    assert.equal(found?.account.role, 'person', 'who administers Keycloak does not administer us by that');
    assert.ok(
      content.notes.some(({ item, reason }) => item === username && reason === 'administers_keycloak'),
    );
  });

  it('names credentials, clients and settings that there are none of here', async () => {
    const content = read((realm) => {
      realm.users[0].credentials.push(
        { type: 'password' },
        { type: 'webauthn', credentialData: '{}' },
        { type: 'webauthn-passwordless', credentialData: 'no' },
      );
      realm.users[1].username = 'two words';
      realm.users[2].email = 'not an address';
      realm.clients.push(
        { clientId: 'saml', protocol: 'saml' },
        { clientId: 'off', enabled: false },
        { clientId: 'api', bearerOnly: true },
      );
      realm.identityProviders = [{ alias: 'github' }];
      realm.components['org.keycloak.storage.UserStorageProvider'] = [{ name: 'ldap' }];
      realm.smtpServer = { host: 'mail' };
    });
    const [first, , third] = fixture('realm').users;
    for (const reason of ['password', 'webauthn']) assert.ok(told(content, first.username).includes(reason));
    assert.ok(
      content.left.some(
        ({ kind, item, reason }) =>
          kind === 'passkey' && item.startsWith(first.username) && reason === 'malformed',
      ),
    );
    assert.deepEqual(told(content, 'two words'), ['user_name']);
    assert.ok(told(content, third.username).includes('email'));
    for (const [item, reason] of [
      ['saml', 'protocol'],
      ['off', 'disabled'],
      ['api', 'bearer_only'],
      ['github', 'not_here'],
      ['ldap', 'not_here'],
      ['smtpServer', 'not_here'],
    ] as const)
      assert.deepEqual(told(content, item), [reason]);
  });

  it('is refused where it is none', () => {
    for (const json of [null, [], {}, { realm: 7 }, { realm: 'x', users: [{}] }])
      assert.throws(() => readKeycloak(json, { rpId: 'localhost', now: 0 }), AppError);
  });
});

/** The first person of the fixture is in a group with an attribute, or in none. */
const inherited = (groups = 0) => (groups > 0 ? { 'cost-centre': '42' } : {});
