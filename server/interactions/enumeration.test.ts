import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openStorage } from '../../adapters/open.ts';
import { type AppUnderTest, addApp } from '../testing/app-under-test.ts';
import { createAuthenticator } from '../testing/authenticator.ts';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import { watchStorage } from '../testing/faulty-storage.ts';
import { startInstallation, type TestInstallation } from '../testing/installation.ts';
import { addPerson, enrolByLink, type SignInPageData, setUp } from '../testing/journeys.ts';

const ofChores =
  /^(fidoMetadata\.(findAttempt|findHead)|(figures|leases|signingKeys|passkeyEvents|logoutNotices|outgoingMails|auditCheckpoints)\..*)$/;

describe('who has an account here', () => {
  const calls: string[] = [];
  let installation: TestInstallation;
  let app: AppUnderTest;
  let ada: TestBrowser;
  let suspended: TestBrowser;

  before(async () => {
    installation = await startInstallation({}, async (options) =>
      watchStorage(await openStorage(options), { before: (call) => calls.push(call) }),
    );
    ada = await setUp(installation);
    app = await addApp(installation);
    suspended = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const { people } = installation.administration;
    const { link = assert.fail() } = await people.recover({ user: 'eve' });
    await enrolByLink(createBrowser(installation.origin), link.url);
    // That a passkey was lost ends what it made, a moment later.
    for (let made = -1; made !== own(calls).length; await delay(1500)) made = own(calls).length;
  });
  after(() => installation[Symbol.asyncDispose]());

  /** Without what the server does by itself meanwhile, again and again. */
  const own = (made: string[]) => made.filter((call) => !ofChores.test(call)).toSorted();

  async function attempt(answer: (data: SignInPageData) => unknown, login_hint = '') {
    const browser = createBrowser(installation.origin);
    const page = await browser.follow(app.authorizationUrl({ ...(login_hint ? { login_hint } : {}) }));
    const data = pageData<SignInPageData>(page);
    calls.length = 0;
    const refused = await browser.post(data.urls.login, { response: answer(data) });
    const { requestId, ...body } = JSON.parse(refused.text);
    assert.ok(requestId);
    const headers = [...refused.headers].filter(([name]) => !/date|request-id|etag|set-cookie/.test(name));
    return { status: refused.status, body, headers, calls: own([...calls]) };
  }

  it('O22 is not told by a sign-in that fails: same answer, same calls of the storage', async () => {
    const stranger = createAuthenticator({ origin: installation.origin });
    const registered = {
      ...options(),
      user: { id: Buffer.alloc(32, 7).toString('base64url'), name: 'x', displayName: 'x' },
    };
    stranger.create(registered as never);
    const wrongSignature = {
      signature: (made: Buffer) =>
        Buffer.concat([made.subarray(0, -1), Buffer.from([(made.at(-1) ?? 0) ^ 1])]),
    };
    const unknown = await attempt(({ options: asked }) => stranger.get(asked));
    const known = await attempt(({ options: asked }) => ada.authenticator.get(asked, wrongSignature));
    const ofSuspended = await attempt(({ options: asked }) => suspended.authenticator.get(asked));
    const otherHandle = await attempt(({ options: asked }) =>
      ada.authenticator.get(asked, { userHandle: Buffer.alloc(32, 9).toString('base64url') }),
    );
    for (const other of [known, ofSuspended, otherHandle]) assert.deepEqual(other, unknown);
    assert.equal(unknown.body.error, 'passkey_rejected');
    assert.ok(unknown.calls.length > 0);
  });

  it('O22 is not told by the options: they are for anybody, whatever name is hinted', async () => {
    const seen = [];
    for (const login_hint of ['ada', 'nobody']) {
      const browser = createBrowser(installation.origin);
      calls.length = 0;
      const page = await browser.follow(app.authorizationUrl({ login_hint }));
      const { options: asked, urls } = pageData<SignInPageData>(page);
      const again = JSON.parse((await browser.post(urls.options, { login_hint })).text);
      assert.equal(again.error, 'bad_request');
      seen.push({
        allowed: asked.allowCredentials,
        rpId: asked.rpId,
        size: page.text.length,
        calls: own([...calls]),
      });
    }
    assert.deepEqual(seen[0], seen[1]);
    assert.equal(seen[0]?.allowed, undefined);
  });

  it('O22 is not told by a token or a client id that is unknown', async () => {
    const bearer = async (token: string) => {
      calls.length = 0;
      const { status, body } = await app.userInfo(token);
      return { status, body, calls: own([...calls]) };
    };
    const { access_token } = await app.tokens(ada);
    await app.post('/token/revocation', { token: access_token });
    assert.deepEqual(await bearer(access_token), await bearer('a'.repeat(43)));
  });

  it('O22 is not told on the page for a lost passkey', async () => {
    const browser = createBrowser(installation.origin);
    const pages = ['ada', 'nobody'].map(async (userName) => {
      const { text } = await browser.get(`/lost-passkey?userName=${userName}`);
      return text.replace(/[0-9a-f]{16}/g, '');
    });
    assert.equal(await pages[0], await pages[1]);
    assert.equal((await browser.post('/lost-passkey', { userName: 'ada' })).status, 405);
  });

  function options() {
    return {
      rp: { id: 'localhost', name: 'x' },
      challenge: 'AAAA',
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    };
  }
});
