import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { apiResource } from '../apps/api-scopes.ts';
import { type OpenedSessions, openSessions } from '../open-sessions.ts';
import { type AppUnderTest, addApp, assertRefused } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { addPasskey } from '../testing/own-account.ts';
import { signInElsewhere } from '../testing/sign-out.ts';

onEveryStorage('sessions and grants, as an administrator sees them', (start) => {
  let installation: TestInstallation;
  let opened: OpenedSessions;
  let ada: TestBrowser;
  let app: AppUnderTest;
  const now = () => Date.now();

  before(async () => {
    installation = await start();
    const { storage, secret } = installation;
    opened = openSessions({ storage, secret, findApp: storage.apps.findById, now });
    ada = await setUp(installation);
    app = await addApp(installation);
  });

  const offline = { scope: 'openid offline_access', prompt: 'consent' };
  const accountOf = async (userName: string) =>
    (await installation.storage.accounts.findByUserNameKey(userName)) ?? assert.fail();
  const passkeyOf = ({ authenticator }: TestBrowser) => authenticator.credentials[0]?.id ?? assert.fail();

  it('lists what an app was granted, page by page, with the passkey behind each', async () => {
    const notes = await addApp(installation);
    const people = [ada, await addPerson(installation, { name: 'Grace', userName: 'grace' })];
    for (const person of people) await notes.tokens(person);
    const first = await opened.appGrants.listByApp(notes.id, { limit: 1 });
    const second = await opened.appGrants.listByApp(notes.id, {
      limit: 1,
      after: first.next ?? assert.fail(),
    });
    const grants = [...first.items, ...second.items];
    assert.equal(second.next, undefined);
    assert.deepEqual(grants.map(({ signIns }) => signIns[0]?.passkeyId).sort(), people.map(passkeyOf).sort());
    assert.deepEqual(new Set(grants.map(({ appId }) => appId)), new Set([notes.id]));
    assert.ok(grants.every(({ scopes, since }) => scopes.includes('openid') && since <= Date.now()));
    const { sub } = await accountOf('ada');
    const own = (await opened.appGrants.listByPerson(sub)).filter(({ appId }) => appId === notes.id);
    assert.deepEqual(
      own,
      grants.filter((grant) => grant.sub === sub),
    );
  });

  it('ends one grant with its tokens, and tells whether there was one', async () => {
    const notes = await addApp(installation);
    const { refresh_token } = await notes.tokens(ada, offline);
    const { items } = await opened.appGrants.listByApp(notes.id, { limit: 9 });
    assert.equal(await opened.appGrants.end(items[0]?.id ?? ''), true);
    assert.equal(await opened.appGrants.end(items[0]?.id ?? ''), false);
    assertRefused(await notes.refresh(refresh_token), 'invalid_grant');
    assert.deepEqual(await opened.appGrants.listByApp(notes.id, { limit: 9 }), { items: [] });
  });

  it('ends everything that an app has, and leaves other apps alone', async () => {
    const notes = await addApp(installation);
    const eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const lost = [await notes.tokens(ada, offline), await notes.tokens(eve, offline)];
    const kept = await app.tokens(ada, offline);
    assert.equal(await opened.appGrants.endByApp(notes.id), 2);
    assert.equal(await opened.appGrants.endByApp(notes.id), 0);
    for (const { refresh_token } of lost) assertRefused(await notes.refresh(refresh_token), 'invalid_grant');
    assert.equal((await app.refresh(kept.refresh_token)).status, 200);
  });

  it('tells which passkey is behind a session, a grant, a token, a code and a sign-in', async () => {
    const { id, sub } = await accountOf('ada');
    const passkeyId = passkeyOf(ada);
    const elsewhere = await signInElsewhere(installation, ada);
    const tokens = await app.tokens(elsewhere, offline);
    const code = await app.code(elsewhere);
    const [uid = ''] = elsewhere.cookies.get('session')?.value.split('.') ?? [];
    const { items } = await installation.storage.signIns.listByAccount(id, { limit: 1 });
    const signIn = items[0] ?? assert.fail();
    const { items: grants } = await opened.appGrants.listByApp(app.id, { limit: 99 });
    const grant = grants.find(({ signIns }) => signIns.some((each) => each.id === signIn.id));
    const asked = [
      ['session', uid],
      ['session', elsewhere.cookies.get('session')?.value ?? ''],
      ['grant', grant?.id ?? ''],
      ['access token', tokens.access_token],
      ['refresh token', tokens.refresh_token],
      ['code', code],
    ] as const;
    for (const [kind, value] of asked) {
      const origin = (await opened.findOrigin(value)) ?? assert.fail(`no ${kind}`);
      assert.deepEqual([origin.kind, origin.sub, origin.signIns], [kind, sub, [signIn]]);
      assert.equal(origin.signIns[0]?.passkeyId, passkeyId);
      assert.equal(origin.appId, kind === 'session' ? undefined : app.id);
    }
    assert.deepEqual((await opened.findOrigin(signIn.id))?.signIns, [signIn]);
    const ofIdToken = (await opened.findOrigin(tokens.id_token)) ?? assert.fail();
    assert.deepEqual([ofIdToken.kind, ofIdToken.sub, ofIdToken.appId], ['ID token', sub, app.id]);
    // It names the second of the sign-in alone, and tests sign in fast.
    assert.deepEqual(ofIdToken.signIns[0], signIn);
    assert.equal(await opened.findOrigin('nothing that was ever issued'), undefined);
  });

  it('tells it of tokens that are stored nowhere, and that an app speaks for itself', async () => {
    const api = { resource: apiResource(installation.config.issuer), scope: 'people:read' };
    const office = await addApp(installation, { kind: 'web', apiScopes: ['people:read'] });
    const tokens = await office.tokens(ada, { ...api, scope: 'openid people:read' });
    const ofAda = (await opened.findOrigin(tokens.access_token)) ?? assert.fail();
    assert.deepEqual([ofAda.kind, ofAda.appId], ['access token', office.id]);
    assert.deepEqual(
      ofAda.signIns.map(({ passkeyId }) => passkeyId),
      [passkeyOf(ada)],
    );
    const robot = await addApp(installation, {
      kind: 'machine',
      redirectUris: [],
      apiScopes: ['people:read'],
    });
    const { body } = await robot.post('/token', { grant_type: 'client_credentials', ...api });
    const ofRobot = await opened.findOrigin(String(body.access_token));
    assert.deepEqual(ofRobot, { kind: 'access token', appId: robot.id, signIns: [] });
    const forged = tokens.access_token.replace(/\.[^.]+$/, `.${Buffer.alloc(64, 1).toString('base64url')}`);
    assert.equal(await opened.findOrigin(forged), undefined);
  });

  it('lists sessions and sign-ins by passkey, and ends those of one', async () => {
    const joan = await addPerson(installation, { name: 'Joan', userName: 'joan' });
    const { sub } = await accountOf('joan');
    const first = passkeyOf(joan);
    const added = await addPasskey(joan);
    const other = await signInElsewhere(installation, { ...joan, authenticator: added.authenticator });
    const uidOf = ({ cookies }: TestBrowser) => cookies.get('session')?.value.split('.')[0];
    const byPasskey = async (passkeyId: string) =>
      (await opened.sessions.listByPasskey(sub, passkeyId, now())).map(({ uid }) => uid);
    assert.deepEqual(await byPasskey(first), [uidOf(joan)]);
    assert.deepEqual(await byPasskey(added.passkeyId), [uidOf(other)]);
    const { items } = await installation.storage.signIns.listByPasskey(added.passkeyId, { limit: 9 });
    assert.deepEqual(
      items.map(({ passkeyId }) => passkeyId),
      [added.passkeyId],
    );
    await opened.sessions.endMadeBy(sub, added.passkeyId);
    assert.deepEqual(await byPasskey(added.passkeyId), []);
    assert.deepEqual(await byPasskey(first), [uidOf(joan)]);
  });
});
