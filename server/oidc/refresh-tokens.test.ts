import assert from 'node:assert/strict';
import { before, it, mock } from 'node:test';
import {
  type AppUnderTest,
  addApp,
  assertRefused,
  type TokenAnswer,
  type Tokens,
} from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { signOut } from '../testing/sign-out.ts';

const day = 24 * 60 * 60 * 1000;

onEveryStorage('refresh tokens', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    app = await addApp(installation);
  });

  const offline = { scope: 'openid email offline_access', prompt: 'consent' };
  const given = async (token: string): Promise<Tokens> => {
    const { status, body } = await app.refresh(token);
    assert.equal(status, 200, JSON.stringify(body));
    return body as unknown as Tokens;
  };

  it('O6 are replaced at every use; the second use of one ends the family', async () => {
    const first = await app.tokens(browser, offline);
    const second = await given(first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    const third = await given(second.refresh_token);
    assertRefused(await app.refresh(first.refresh_token), 'invalid_grant');
    assertRefused(await app.refresh(third.refresh_token), 'invalid_grant');
    for (const { access_token } of [first, second, third])
      assert.equal((await app.userInfo(access_token)).status, 401);
  });

  it('O6 of eight uses at once one succeeds, and the family ends', async () => {
    for (let round = 0; round < 3; round++) {
      const { refresh_token } = await app.tokens(browser, offline);
      const answers = await Promise.all(Array.from({ length: 8 }, () => app.refresh(refresh_token)));
      const winners = answers.filter(({ status }) => status === 200);
      assert.equal(winners.length, 1);
      for (const answer of answers.filter((each) => !winners.includes(each)))
        assertRefused(answer, 'invalid_grant');
      const [winner] = winners;
      assertRefused(await app.refresh(String(winner?.body.refresh_token)), 'invalid_grant');
      assert.equal((await app.userInfo(String(winner?.body.access_token))).status, 401);
    }
  });

  it('O6 belong to the app they were given to', async () => {
    const { refresh_token } = await app.tokens(browser, offline);
    const other = await addApp(installation, { kind: 'web' });
    assertRefused(await other.refresh(refresh_token), 'invalid_grant');
    await given(refresh_token);
  });

  it('O6 give no wider scope, and a narrower one for one access token', async () => {
    const { refresh_token } = await app.tokens(browser, offline);
    assertRefused(await app.refresh(refresh_token, { scope: 'openid profile' }), 'invalid_scope');
    const { status, body } = await app.refresh(refresh_token, { scope: 'openid' });
    assert.equal(status, 200);
    assert.equal((await app.userInfo(String(body.access_token))).body.email, undefined);
    const { access_token } = await given(String(body.refresh_token));
    assert.equal((await app.userInfo(access_token)).body.email, 'ada@example.org');
  });

  it('O6 end with their revocation, and so does what they gave', async () => {
    const { refresh_token, access_token } = await app.tokens(browser, offline);
    assert.equal((await app.post('/token/revocation', { token: refresh_token })).status, 200);
    assertRefused(await app.refresh(refresh_token), 'invalid_grant');
    assert.equal((await app.userInfo(access_token)).status, 401);
  });

  it('O6 end when the person is disabled, and do not come back with them', async () => {
    const eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const { refresh_token, access_token } = await app.tokens(eve, offline);
    await installation.administration.people.disable({ user: 'eve' });
    assertRefused(await app.refresh(refresh_token), 'invalid_grant');
    assert.equal((await app.userInfo(access_token)).status, 401);
    const introspected = await app.post('/token/introspection', { token: access_token });
    assert.equal(introspected.body.active, false);
    assert.equal((await eve.post('/account/sessions/end-others', {})).status, 401);
    await installation.administration.people.enable({ user: 'eve' });
    assertRefused(await app.refresh(refresh_token), 'invalid_grant');
  });

  it('O6 end unused after 14 days, and used after 30', async () => {
    const [idle, used] = [await app.tokens(browser, offline), await app.tokens(browser, offline)];
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    try {
      mock.timers.tick(13 * day);
      let { refresh_token } = await given(used.refresh_token);
      mock.timers.tick(1 * day + 10_000);
      assertRefused(await app.refresh(idle.refresh_token), 'invalid_grant');
      mock.timers.tick(11 * day);
      ({ refresh_token } = await given(refresh_token));
      mock.timers.tick(5 * day);
      assertRefused(await app.refresh(refresh_token), 'invalid_grant');
    } finally {
      mock.timers.reset();
    }
  });

  it('live shorter for an app that says so, never longer', async () => {
    const hours = 3600;
    const lifetimes = { accessToken: 60, refreshToken: 2 * hours };
    const short = await addApp(installation, { lifetimes });
    const long = await addApp(installation, { lifetimes: { accessToken: 1e6, refreshToken: 1e8 } });
    const inShort = await short.tokens(browser, offline);
    const inLong = await long.tokens(browser, offline);
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    try {
      mock.timers.tick(71_000);
      assert.equal((await short.userInfo(inShort.access_token)).status, 401);
      mock.timers.tick(1 * hours * 1000);
      assert.equal((await long.userInfo(inLong.access_token)).status, 401);
      const { body } = await short.refresh(inShort.refresh_token);
      mock.timers.tick(1 * hours * 1000);
      assertRefused(await short.refresh(String(body.refresh_token)), 'invalid_grant');
    } finally {
      mock.timers.reset();
    }
  });

  it('without offline_access end with the session; with it they outlive the sign-out', async () => {
    const visitor = await addPerson(installation, { name: 'Grace', userName: `grace` });
    const inSession = await app.tokens(visitor, { scope: 'openid' });
    const other = await addApp(installation);
    const kept = await other.tokens(visitor, offline);
    await signOut(visitor);
    assertRefused(await app.refresh(inSession.refresh_token), 'invalid_grant');
    assert.equal((await app.userInfo(inSession.access_token)).status, 401);
    assert.equal((await other.refresh(kept.refresh_token)).status, 200);
  });

  it('keep acr, amr, auth_time, sub and nonce of the sign-in', async () => {
    const first = await app.tokens(browser, { ...offline, nonce: 'a nonce' });
    const second = await given(first.refresh_token);
    const [before, after] = [first, second].map(({ id_token }) =>
      JSON.parse(Buffer.from(id_token.split('.')[1] ?? '', 'base64url').toString()),
    );
    for (const claim of ['acr', 'amr', 'auth_time', 'sub', 'nonce'])
      assert.deepEqual(after[claim], before[claim], claim);
  });
});

onEveryStorage('refresh tokens with a time of grace', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let app: AppUnderTest;

  before(async () => {
    installation = await start({ LATCHKEY_REFRESH_TOKEN_GRACE_SECONDS: '30' });
    browser = await setUp(installation);
    app = await addApp(installation);
  });

  const tokens = () => app.tokens(browser, { scope: 'openid offline_access', prompt: 'consent' });
  const refreshed = ({ body }: TokenAnswer) => app.refresh(String(body.refresh_token));

  it('O6 may be used once more in it, and what both uses gave goes on', async () => {
    const { refresh_token } = await tokens();
    const answers = await Promise.all([app.refresh(refresh_token), app.refresh(refresh_token)]);
    assert.equal(new Set(answers.map(({ body }) => body.refresh_token)).size, 2);
    for (const answer of answers) assert.equal((await refreshed(answer)).status, 200);
  });

  it('O6 may not be used a third time: the family ends, and the audit says so', async (t) => {
    const { refresh_token } = await tokens();
    const first = await app.refresh(refresh_token);
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    try {
      mock.timers.tick(29_000);
      const second = await app.refresh(refresh_token);
      assert.deepEqual([first.status, second.status], [200, 200]);
      assertRefused(await app.refresh(refresh_token), 'invalid_grant');
      for (const answer of [first, second]) {
        assertRefused(await refreshed(answer), 'invalid_grant');
        assert.equal((await app.userInfo(String(answer.body.access_token))).status, 401);
      }
    } finally {
      mock.timers.reset();
    }
    await t.waitFor(async () => {
      const events = await installation.storage.auditEvents.listByApp(app.id, { limit: 100 });
      const told = events.filter(({ type }) => type === 'token.reuse_detected');
      assert.deepEqual(
        told.map(({ reason }) => reason),
        ['refresh_token'],
      );
    });
  });

  it('O6 of eight uses at once two succeed, and the family ends', async () => {
    for (let round = 0; round < 3; round++) {
      const { refresh_token } = await tokens();
      const answers = await Promise.all(Array.from({ length: 8 }, () => app.refresh(refresh_token)));
      const winners = answers.filter(({ status }) => status === 200);
      assert.equal(winners.length, 2);
      for (const answer of answers.filter((each) => !winners.includes(each)))
        assertRefused(answer, 'invalid_grant');
      for (const winner of winners) assertRefused(await refreshed(winner), 'invalid_grant');
    }
  });

  it('O6 may not be used again after it; the family ends then', async () => {
    const { refresh_token } = await tokens();
    const first = await app.refresh(refresh_token);
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    try {
      mock.timers.tick(31_000);
      assertRefused(await app.refresh(refresh_token), 'invalid_grant');
      assertRefused(await refreshed(first), 'invalid_grant');
    } finally {
      mock.timers.reset();
    }
  });
});
