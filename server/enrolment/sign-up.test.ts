import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { type AppUnderTest, addApp } from '../testing/app-under-test.ts';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { allow, json, setUp } from '../testing/journeys.ts';
import { onEveryStorage, onSqlite } from '../testing/on-every-storage.ts';

interface SignUpData {
  kind: string;
  urls: { options: string; finish: string };
}

const typed = { name: 'Nell', userName: 'nell' };

async function begin(browser: TestBrowser, app: AppUnderTest): Promise<SignUpData> {
  return pageData<SignUpData>(await browser.follow(app.authorizationUrl({ prompt: 'create' })));
}

onEveryStorage('open sign-up', (start) => {
  let installation: TestInstallation;
  let app: AppUnderTest;

  const fresh = () => createBrowser(installation.origin);

  before(async () => {
    installation = await start({ LATCHKEY_SIGN_UP: 'open' });
    await setUp(installation);
    app = await addApp(installation);
  });

  it('makes an account with a passkey and goes on to the app', async () => {
    const browser = fresh();
    const { urls } = await begin(browser, app);
    const { options } = json<{ options: never }>(await browser.post(urls.options, typed));
    const done = await browser.post(urls.finish, { response: browser.authenticator.create(options) });
    assert.equal(done.status, 200, done.text);
    const consent = await browser.follow(json<{ location: string }>(done).location);
    const { location } = await browser.get(await allow(browser, consent));
    assert.ok(new URL(location ?? '').searchParams.get('code'), location);
    const { account } = await installation.administration.people.show({ user: 'nell' });
    assert.deepEqual([account.role, account.emailVerified, account.groups], ['person', false, []]);
  });

  it('W20 takes neither a name that is taken nor anything that was not asked', async () => {
    const browser = fresh();
    const { urls } = await begin(browser, app);
    for (const userName of ['ada', 'ADA', 'Ada', '\uff41da']) {
      const taken = await browser.post(urls.options, { name: 'x', userName });
      assert.equal(json(taken).error, 'user_name_taken', userName);
    }
    for (const fields of [
      {},
      { userName: { $gt: '' }, name: 'x' },
      { name: ['x'], userName: 'x' },
      { name: 'x' },
    ])
      assert.equal((await browser.post(urls.options, fields)).status, 400, JSON.stringify(fields));
    const more = {
      name: 'Olaf',
      userName: 'olaf',
      role: 'administrator',
      groups: ['x'],
      sub: 'x',
      founder: true,
    };
    const { options } = json<{ options: never }>(await browser.post(urls.options, more));
    await browser.post(urls.finish, { response: browser.authenticator.create(options) });
    const account = await installation.storage.accounts.findByUserNameKey('olaf');
    assert.deepEqual([account?.role, account?.groups, account?.founder], ['person', [], undefined]);
  });

  it('W20 of two who want one name at once, one gets it', async () => {
    const begun = await Promise.all(
      [fresh(), fresh(), fresh()].map(async (browser) => {
        const { urls } = await begin(browser, app);
        const answer = await browser.post(urls.options, { name: 'P', userName: 'pat' });
        const { options } = json<{ options: never }>(answer);
        return () => browser.post(urls.finish, { response: browser.authenticator.create(options) });
      }),
    );
    const done = await Promise.all(begun.map((finish) => finish()));
    assert.deepEqual(done.map(({ status }) => status).toSorted(), [200, 409, 409]);
  });

  it('W18 a registration is refused in another browser, in another interaction, and the second time', async () => {
    const [browser, other] = [fresh(), fresh()];
    const [mine, theirs] = [await begin(browser, app), await begin(other, app)];
    const fields = { name: 'Quinn', userName: 'quinn' };
    const { options } = json<{ options: never }>(await browser.post(mine.urls.options, fields));
    await other.post(theirs.urls.options, { ...fields, userName: 'rose' });
    const response = browser.authenticator.create(options);
    assert.equal((await other.post(theirs.urls.finish, { response })).status, 400);
    assert.equal(
      (await browser.post(mine.urls.finish, { response })).status,
      400,
      'the challenge is used up',
    );
    await assert.rejects(installation.administration.people.show({ user: 'quinn' }));
  });

  it('what was typed in one interaction makes no account in another', async () => {
    const browser = fresh();
    const first = await begin(browser, app);
    await browser.post(first.urls.options, { name: 'Sam', userName: 'sam' });
    const second = await begin(browser, app);
    const { options } = json<{ options: never }>(
      await browser.post(second.urls.options, { name: 'Tom', userName: 'tom' }),
    );
    const done = await browser.post(second.urls.finish, { response: browser.authenticator.create(options) });
    assert.equal(done.status, 200);
    await assert.rejects(installation.administration.people.show({ user: 'sam' }));
  });
});

for (const mode of ['invitation', 'closed'])
  onSqlite(`sign-up that is ${mode}`, (start) => {
    it('makes no account, whatever is posted', async () => {
      const installation = await start({ LATCHKEY_SIGN_UP: mode });
      await setUp(installation);
      const app = await addApp(installation);
      const browser = createBrowser(installation.origin);
      const page = await browser.follow(app.authorizationUrl({ prompt: 'create' }));
      const { kind, urls } = pageData<{ kind: string; urls: { login: string } }>(page);
      assert.equal(kind, 'sign-in');
      for (const path of ['sign-up', 'sign-up/options']) {
        const answer = await browser.post(urls.login.replace('login', path), typed);
        assert.equal(json(answer).error, 'sign_up_closed');
      }
      assert.equal((await installation.administration.people.list({ limit: 10 })).items.length, 1);
    });
  });
