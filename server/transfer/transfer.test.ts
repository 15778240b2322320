import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { openStorage } from '../../adapters/open.ts';
import { newAttributeDefinition } from '../accounts/attribute.ts';
import { AppError } from '../errors.ts';
import { readSigningKeys } from '../oidc/keys.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import { startInstallation, type TestInstallation } from '../testing/installation.ts';
import { addPerson, discover, enrolByLink, setUp, signInTo } from '../testing/journeys.ts';
import { atAnother, contentOf, exported, imported, passphrase } from '../testing/transfer.ts';

const redirectUri = 'http://localhost:4999/callback';

async function addAttribute({ storage }: TestInstallation) {
  const definition = newAttributeDefinition({ id: 'rank', label: 'Rank', type: 'number' }, Date.now());
  await storage.attributeDefinitions.insert(definition);
  const account = await storage.accounts.findByUserNameKey('grace');
  assert.ok(account);
  const attributes = { rank: 7 };
  assert.ok(
    await storage.accounts.update(
      { ...account, attributes, revision: account.revision + 1 },
      account.revision,
    ),
  );
}

/** An installation with something of everything. */
async function furnish(installation: TestInstallation) {
  const { apps, groups, people, policy } = installation.administration;
  const administrator = await setUp(installation);
  const person = await addPerson(installation, {
    name: 'Grace Hopper',
    userName: 'grace',
    email: 'grace@example.org',
  });
  await addAttribute(installation);
  await groups.add({ name: 'Navy', description: 'at sea' });
  await groups.addMember({ group: 'Navy', user: 'grace' });
  const group = await installation.storage.groups.findByNameKey('navy');
  const { app, secret = '' } = await apps.add({
    name: 'Ledger',
    id: 'ledger',
    kind: 'web',
    redirectUris: [redirectUri],
    allowedGroups: [group?.id ?? ''],
  });
  await installation.administration.apis.add({
    audience: 'https://books.example.com',
    name: 'Books',
    scopes: [{ name: 'read', sentence: 'Read the books.' }],
    apps: [{ id: 'ledger', people: ['read'], details: ['entry'] }],
    introspectedBy: ['ledger'],
    detailTypes: [
      {
        type: 'entry',
        sentence: 'Write it down.',
        schema: { type: 'object', properties: { sum: { type: 'number' } } },
      },
    ],
  });
  await people.invite({ name: 'Left Company', userName: 'left' });
  await people.disable({ user: 'left' });
  await policy.apply({
    policy: { installation: { deniedModels: ['2fc0579f-8113-47ea-b116-bb5a8db9202a'] } },
  });
  return { administrator, person, app, secret };
}

async function signInAt(installation: TestInstallation, browser: TestBrowser, secret: string) {
  const party = await discover(installation.origin, { id: 'ledger', secret, redirectUri });
  return signInTo(browser, party, { scope: 'openid email groups' });
}

/** What must be the same afterwards, on whatever it is stored. */
async function everything({ storage }: TestInstallation) {
  const { items: accounts } = await storage.accounts.list({ limit: 200 });
  const { items: groups } = await storage.groups.list({ limit: 200 });
  const { items: apps } = await storage.apps.list({ limit: 200 });
  const passkeys = await Promise.all(
    accounts.flatMap(({ userHandles }) => userHandles.map((it) => storage.passkeys.listByUserHandle(it))),
  );
  return {
    rule: (await storage.authenticatorFloors.find())?.rule,
    attributes: (await storage.attributeDefinitions.list()).map(({ revision: _, ...attribute }) => attribute),
    apis: (await storage.apis.list()).map(({ revision: _, ...api }) => api),
    accounts: accounts.map(({ revision: _, lastSignInAt: _l, ...account }) => account),
    groups: groups.map(({ revision: _, ...group }) => group),
    apps: apps.map(({ revision: _, secrets, ...app }) => ({
      ...app,
      secrets: secrets.map(({ hash: _h, ...secret }) => secret),
    })),
    passkeys: passkeys.flat().map(({ importedAt: _, revision: _r, lastUsedAt: _l, ...passkey }) => passkey),
  };
}

describe('an installation that moves', () => {
  const resources = new AsyncDisposableStack();
  let source: TestInstallation;
  let made: Awaited<ReturnType<typeof furnish>>;
  let bytes: Uint8Array;

  before(async () => {
    source = resources.use(await startInstallation());
    made = await furnish(source);
    bytes = await exported(source);
  });
  after(() => resources.disposeAsync());

  async function onMongo(url: string): Promise<TestInstallation> {
    await using _ = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
    const secret = randomBytes(32).toString('base64url');
    return resources.use(await startInstallation({ LATCHKEY_STORAGE: url, LATCHKEY_SECRET: secret }));
  }

  withMongo(({ url }) =>
    it('has people, groups, apps and passkeys as before on another storage, with another secret, and back', async () => {
      const mongo = await onMongo(url);
      const report = await imported(mongo, await contentOf(bytes));
      assert.ok(report.done);
      assert.deepEqual([report.conflicts, report.left], [[], []]);
      assert.deepEqual(await everything(mongo), await everything(source));
      const again = resources.use(await startInstallation());
      const back = await imported(again, await contentOf(await exported(mongo)));
      assert.deepEqual([back.done, back.conflicts, back.left], [true, [], []]);
      assert.deepEqual(await everything(again), await everything(source));
      for (const installation of [mongo, again]) {
        const browser = atAnother(installation, made.person);
        const claims = (await signInAt(installation, browser, made.secret)).claims();
        const here = await source.storage.accounts.findByUserNameKey('grace');
        assert.equal(claims?.sub, here?.sub);
        const app = await installation.storage.apps.findById('ledger');
        assert.match(app?.secrets[0]?.hash ?? '', /^hmac-sha256:/);
        await signInAt(installation, browser, made.secret);
        await assert.rejects(signInAt(installation, browser, `${made.secret}x`));
      }
    }),
  );

  it('publishes the keys that signed before, so that what they signed is still verified', async () => {
    const { id_token: token = '' } = await signInAt(source, made.person, made.secret);
    const target = resources.use(await startInstallation());
    await imported(target, await contentOf(bytes));
    const keys = await target.storage.signingKeys.list();
    assert.deepEqual(keys.map(({ status }) => status).sort(), [
      ...['current', 'current', 'current', 'retired', 'retired', 'retired'],
    ]);
    // What the next start publishes.
    const { keys: published } = await readSigningKeys({
      ...target.storage,
      secret: target.secret,
      algorithms: ['ES256', 'RS256', 'EdDSA'],
    });
    const jwks = createLocalJWKSet({
      keys: (published as JWK[]).map(({ d, p, q, dp, dq, qi, ...key }) => key),
    });
    await jwtVerify(token, jwks, { issuer: source.origin });
  });

  it('comes over once, however often and wherever it broke off', async () => {
    const target = resources.use(await startInstallation());
    const whole = await contentOf(bytes);
    for (const most of [1, 3, 5]) {
      const broken = {
        ...whole,
        async *items() {
          let count = 0;
          for await (const item of whole.items()) {
            if (count === most && looked) throw new Error('the machine stops');
            count += 1;
            yield item;
          }
          looked = true;
        },
      };
      let looked = false;
      await assert.rejects(imported(target, broken), /the machine stops/);
    }
    const report = await imported(target, whole);
    assert.ok(report.done);
    assert.deepEqual(report.conflicts, []);
    assert.deepEqual(await everything(target), await everything(source));
    const once = await imported(target, whole);
    for (const [kind, { added }] of Object.entries(once.counts)) assert.equal(added, 0, kind);
  });

  it('changes nothing in a dry run, nor where something is in the way', async () => {
    const target = resources.use(await startInstallation());
    const content = await contentOf(bytes);
    const dry = await imported(target, content, { dryRun: true });
    assert.deepEqual([dry.done, dry.dryRun, dry.counts.person?.added], [false, true, 3]);
    assert.deepEqual((await everything(target)).accounts, []);
    const other = await addPerson(target, { name: 'Another Grace', userName: 'GRACE' });
    await target.administration.groups.add({ name: 'navy' });
    await target.administration.apps.add({
      name: 'Something else',
      id: 'ledger',
      kind: 'browser',
      redirectUris: [redirectUri],
    });
    const before = await everything(target);
    const refused = await imported(target, content);
    assert.equal(refused.done, false);
    assert.deepEqual(
      refused.conflicts.map(({ kind, item, reason }) => `${kind} ${item} ${reason}`),
      ['group Navy name_taken', 'app ledger id_taken', 'person grace userNameKey_taken'],
    );
    assert.deepEqual(await everything(target), before);
    const merged = await imported(target, content, { merge: true });
    assert.ok(merged.done);
    assert.deepEqual([merged.counts.person?.added, merged.counts.person?.conflict], [2, 1]);
    assert.deepEqual((await everything(target)).groups, before.groups);
    const account = await target.storage.accounts.findByUserNameKey('grace');
    assert.equal(account?.name, 'Another Grace');
    assert.ok(
      other.authenticator.credentials.every((credential) =>
        account?.userHandles.includes(credential.userHandle),
      ),
    );
    const kept = await target.storage.passkeys.listByUserHandle(
      made.person.authenticator.credentials[0]?.userHandle ?? '',
    );
    assert.deepEqual(kept, []);
  });

  it('leaves the founder where there is one: who was it elsewhere comes as an administrator like any other', async () => {
    const target = resources.use(await startInstallation());
    const browser = createBrowser(target.origin);
    const { link } = await target.administration.people.setupLink({});
    await enrolByLink(browser, link.url, { name: 'First Here', userName: 'first' });
    const report = await imported(target, await contentOf(bytes), { merge: true });
    assert.deepEqual([report.done, report.conflicts], [true, []]);
    const [founder, other] = await Promise.all(
      ['first', 'ada'].map((userName) => target.storage.accounts.findByUserNameKey(userName)),
    );
    assert.equal(founder?.founder, true);
    assert.deepEqual([other?.role, other?.founder], ['administrator', undefined]);
  });

  it('is refused with another passphrase, and wherever its file was changed, cut off or put in another order', async () => {
    const target = resources.use(await startInstallation());
    const refusedAs = async (changed: Uint8Array, field: string, opened = passphrase) => {
      const outcome = await contentOf(changed, opened)
        .then((content) => imported(target, content))
        .catch((error) => error);
      assert.ok(outcome instanceof AppError, JSON.stringify(outcome));
      assert.deepEqual([outcome.code, outcome.field], ['field_invalid', field]);
    };
    await refusedAs(bytes, 'passphrase', 'another horse battery staple');
    for (const share of [0.2, 0.5, 0.9, 0.999]) {
      const changed = bytes.slice();
      const at = Math.floor(bytes.length * share);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await refusedAs(changed, 'file');
      await refusedAs(bytes.slice(0, at), 'file');
    }
    await refusedAs(new Uint8Array([...bytes, 0]), 'file');
    await refusedAs(new TextEncoder().encode('{"realm":"bench"}'), 'file');
    assert.deepEqual((await everything(target)).accounts, []);
  });

  it('is encrypted with a passphrase that is worth the name, and tells nothing without it', async () => {
    const text = Buffer.from(bytes).toString('latin1');
    assert.match(text, /^age-encryption\.org\/v1\n-> scrypt \S+ 17\n/);
    for (const word of ['grace', 'ledger', 'Navy']) assert.ok(!text.includes(word));
  });
});
