import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, afterEach, before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type AppUnderTest, addApp, payloadOf } from '../testing/app-under-test.ts';
import { createBrowser, type TestBrowser } from '../testing/browser.ts';
import { freePort, type TestInstallation } from '../testing/installation.ts';
import { addPerson, answerSignIn, authorize, enrolByLink, setUp } from '../testing/journeys.ts';
import { type LogoutReceiver, startLogoutReceiver, verifyLogoutToken } from '../testing/logout-receiver.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { addPasskey, removePasskey } from '../testing/own-account.ts';
import { signInElsewhere, signOut, submitForm } from '../testing/sign-out.ts';

onEveryStorage('back-channel logout', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  /** Told by session. */
  let notes: AppUnderTest;
  let receiver: LogoutReceiver;
  /** Told by person. */
  let mail: AppUnderTest;
  let mailbox: LogoutReceiver;
  let people = 0;
  let metricsPort = 0;

  before(async () => {
    metricsPort = await freePort();
    installation = await start({ LATCHKEY_METRICS_PORT: String(metricsPort) });
    ada = await setUp(installation);
    [receiver, mailbox] = [await startLogoutReceiver(), await startLogoutReceiver()];
    notes = await addApp(installation, {
      backchannelLogoutUri: receiver.uri,
      backchannelLogoutSessionRequired: true,
    });
    mail = await addApp(installation, {
      kind: 'web',
      backchannelLogoutUri: mailbox.uri,
      idTokenSignedResponseAlg: 'PS256',
    });
  });
  after(() => Promise.all([receiver[Symbol.asyncDispose](), mailbox[Symbol.asyncDispose]()]));
  afterEach(() => {
    receiver.tokens.length = 0;
    mailbox.tokens.length = 0;
    receiver.answer = (response) => void response.end();
  });

  /** A person of this test's own, signed in to the app. */
  async function signedIn(app = notes) {
    people += 1;
    const userName = `person-${people}`;
    const browser = await addPerson(installation, { name: userName, userName });
    const { id_token } = await app.tokens(browser);
    const { sub, sid } = payloadOf(id_token);
    return { userName, browser, sub, sid };
  }
  const told = async (count = 1) => {
    const tokens = await receiver.received(count);
    const place = { origin: installation.origin, appId: notes.id };
    return Promise.all(tokens.map((token) => verifyLogoutToken(token, place)));
  };
  /** Nothing more comes, not even from a round. */
  async function nothingMore({ tokens }: LogoutReceiver, count: number): Promise<void> {
    await delay(1500);
    assert.equal(tokens.length, count);
  }

  it('is declared, and an ID token names the session where the app wants to know it', async () => {
    const discovery = await fetch(`${installation.origin}/.well-known/openid-configuration`);
    const metadata = (await discovery.json()) as Record<string, unknown>;
    assert.equal(metadata.backchannel_logout_supported, true);
    assert.equal(metadata.backchannel_logout_session_supported, true);
    const { browser, sid } = await signedIn();
    assert.match(String(sid), /^[\w-]{20,}$/);
    assert.equal(payloadOf((await mail.tokens(browser)).id_token).sid, undefined);
  });

  it('tells every app of a session that is signed out of, each in its way', async () => {
    const { browser, sub, sid } = await signedIn();
    await mail.tokens(browser);
    await signOut(browser);
    const [payload] = await told();
    assert.deepEqual([payload?.sub, payload?.sid], [sub, sid]);
    const [other] = await mailbox.received(1);
    const told2 = await verifyLogoutToken(other, { origin: installation.origin, appId: mail.id });
    assert.deepEqual([told2.sub, told2.sid], [sub, undefined]);
    await nothingMore(receiver, 1);
    assert.equal(mailbox.tokens.length, 1);
  });

  it('tells nobody but the apps that the session had signed in to', async () => {
    const { browser } = await signedIn(mail);
    await signOut(browser);
    await mailbox.received(1);
    assert.equal(receiver.tokens.length, 0);
  });

  it('O28 holds up no sign-out by an app that does not answer', async () => {
    const { browser } = await signedIn();
    const held = Promise.withResolvers<ServerResponse>();
    receiver.answer = held.resolve;
    const began = performance.now();
    await signOut(browser);
    assert.ok(performance.now() - began < 1000, `${performance.now() - began} ms`);
    (await held.promise).end();
  });

  it('O28 tells an app later that was down, with a fresh token and the same jti', async () => {
    const { browser } = await signedIn();
    receiver.answer = (response) => void response.writeHead(500).end();
    await signOut(browser);
    await told();
    const notice = await settledOf(installation, notes);
    assert.match(notice.lastFailure ?? '', /answered 500/);
    assert.ok(notice.nextAttemptAt > Date.now() + 6000);
    receiver.answer = (response) => void response.writeHead(204).end();
    await installation.storage.logoutNotices.update({ ...notice, nextAttemptAt: Date.now() }, 1);
    const [first, second] = await told(2);
    assert.equal(first?.jti, notice.id);
    assert.equal(second?.jti, notice.id);
  });

  it('tells of one app that is left, and of no other', async () => {
    const { browser, sid } = await signedIn();
    await mail.tokens(browser);
    await submitForm(browser, await browser.get(`/session/end?client_id=${notes.id}`));
    assert.deepEqual(
      (await told()).map((payload) => payload.sid),
      [sid],
    );
    assert.equal((await browser.get('/account')).status, 200);
    assert.equal(mailbox.tokens.length, 0);
  });

  it('tells of sessions that are ended on the account page, once however often', async () => {
    const { browser, sid } = await signedIn();
    const elsewhere = await signInElsewhere(installation, browser);
    assert.equal((await elsewhere.post('/account/sessions/end-others', {})).status, 200);
    assert.deepEqual(
      (await told()).map((payload) => payload.sid),
      [sid],
    );
    assert.equal((await elsewhere.post('/account/sessions/end-others', {})).status, 200);
    await nothingMore(receiver, 1);
  });

  it('tells of what a passkey had made that is removed', async () => {
    const { browser, sub, sid } = await signedIn();
    const { authenticator, passkeyId } = await addPasskey(browser);
    const other = await signInElsewhere(installation, { authenticator });
    const { id_token } = await notes.tokens(other);
    assert.equal((await removePasskey(browser, passkeyId)).status, 200);
    const payloads = await told();
    assert.deepEqual(
      payloads.map((payload) => [payload.sub, payload.sid]),
      [[sub, payloadOf(id_token).sid]],
    );
    assert.notEqual(payloads[0]?.sid, sid);
    // The events of the passkey manager are followed beside it, and end the same.
    await nothingMore(receiver, 1);
  });

  it('tells of an app that kept its grant beyond the session', async () => {
    const { browser, userName, sub } = await signedIn(mail);
    const { refresh_token } = await notes.tokens(browser, {
      scope: 'openid offline_access',
      prompt: 'consent',
    });
    await signOut(browser);
    await told();
    await mailbox.received(1);
    assert.equal((await notes.refresh(refresh_token)).status, 200);
    await installation.administration.people.disable({ user: userName });
    const [, afterwards] = await told(2);
    assert.deepEqual([afterwards?.sub, afterwards?.sid], [sub, undefined]);
    await nothingMore(receiver, 2);
    assert.equal(mailbox.tokens.length, 1, 'whose grant was over already');
  });

  it('I3 tells of a person who is disabled by a command, and of one who is removed', async () => {
    const { people: administered } = installation.administration;
    for (const change of [administered.disable, administered.remove]) {
      receiver.tokens.length = 0;
      const { userName, sub, sid } = await signedIn();
      await change({ user: userName });
      const [payload] = await told();
      assert.deepEqual([payload?.sub, payload?.sid], [sub, sid]);
    }
  });

  it('tells of a recovery', async () => {
    const { userName, sid } = await signedIn();
    const { link = assert.fail() } = await installation.administration.people.recover({ user: userName });
    const done = await enrolByLink(createBrowser(installation.origin), link.url);
    assert.equal(done.status, 200, done.text);
    assert.deepEqual(
      (await told()).map((payload) => payload.sid),
      [sid],
    );
  });

  it('tells of a session that another person, or a link, takes the place of', async () => {
    const { browser, sid } = await signedIn();
    const switching = { ...browser, authenticator: ada.authenticator };
    const page = await switching.follow(notes.authorizationUrl({ prompt: 'login' }));
    const left = await submitForm(switching, await switching.get(await answerSignIn(switching, page)));
    assert.deepEqual(
      (await told()).map((payload) => payload.sid),
      [sid],
    );
    const landed = await authorize(switching, left.location ?? '');
    const { body } = await notes.redeem(landed.searchParams.get('code') ?? '');
    const { link = assert.fail() } = await installation.administration.people.invite({
      name: 'Eve',
      userName: 'eve',
    });
    assert.equal((await enrolByLink(switching, link.url, { name: 'Eve' })).status, 200);
    const [, second] = await told(2);
    assert.equal(second?.sid, payloadOf(String(body.id_token)).sid);
  });

  it('tells the app that is disconnected which session loses it', async () => {
    const { browser, sub, sid } = await signedIn();
    await mail.tokens(browser);
    assert.equal((await browser.post('/account/apps/disconnect', { appId: notes.id })).status, 200);
    const [payload] = await told();
    assert.deepEqual([payload?.sub, payload?.sid], [sub, sid]);
    await nothingMore(receiver, 1);
    assert.equal(mailbox.tokens.length, 0);
  });

  it('is seen by the administrator, in the audit and in metrics', async () => {
    const { browser, sub } = await signedIn();
    receiver.answer = (response) => void response.writeHead(400).end();
    await signOut(browser);
    await receiver.received(1);
    const failed = await settledOf(installation, notes, 'failed');
    assert.equal(failed.attempts, 1, '400 is final');
    const listed = await installation.administration.logoutNotices.list({ app: notes.id });
    assert.ok(listed.some(({ id, sub: whose }) => id === failed.id && whose === sub));
    const { events, event } = await auditOf(installation, failed.id);
    assert.equal(event?.type, 'logout_notice.given_up');
    assert.match(event?.reason ?? '', /refused the logout token/);
    assert.ok(events.some(({ type, appId }) => type === 'logout_notice.delivered' && appId === notes.id));
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    assert.match(metrics, /latchkey_logout_notices_total\{result="given_up"\} 1/);
  });
});

/** The audit hears of a notice after it is settled. */
async function auditOf({ storage }: TestInstallation, notice: string) {
  for (const until = Date.now() + 5000; ; await delay(20)) {
    const events = await storage.auditEvents.list({ limit: 50 });
    const event = events.find(({ details }) => details?.notice === notice);
    if (event || Date.now() > until) return { events, event };
  }
}

/** The app's one notice that was tried. */
async function settledOf(
  { storage }: TestInstallation,
  { id: appId }: AppUnderTest,
  state = 'pending' as 'pending' | 'failed',
) {
  for (const until = Date.now() + 5000; ; await delay(20)) {
    const all = await storage.logoutNotices.list({ state, appId, until: Number.MAX_SAFE_INTEGER, limit: 99 });
    const notice = all.filter(({ lastFailure }) => lastFailure !== undefined).at(-1);
    if (notice) return notice;
    assert.ok(Date.now() < until, `no notice is ${state}`);
  }
}
