/** How and where sign-ins to an app begin (OIDC Core §§3.1.2.1, 4). */
import assert from 'node:assert/strict';
import { afterEach, before, it, mock } from 'node:test';
import { within2Seconds } from '../testing/apis.ts';
import { type AppUnderTest, addApp, payloadOf } from '../testing/app-under-test.ts';
import { pageData, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

onEveryStorage('an app that says how old a sign-in may be', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let bank: AppUnderTest;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    bank = await addApp(installation, { name: 'Bank', consent: 'implicit', defaultMaxAge: 60 });
  });
  afterEach(() => mock.timers.reset());

  const silently = async (app: AppUnderTest, max_age?: string) =>
    (await app.answerOf(ada, { prompt: 'none', max_age })).get('error');
  const pageOf = async (app: AppUnderTest) =>
    pageData<{ kind?: string }>(await ada.follow(app.authorizationUrl())).kind;

  it('gets one that is no older, unless a request says another age', async () => {
    await bank.code(ada, { prompt: 'login' });
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    mock.timers.tick(50_000);
    assert.equal(await silently(bank), null);
    assert.equal(await silently(bank, '10'), 'login_required');
    mock.timers.tick(20_000);
    assert.equal(await silently(bank), 'login_required');
    assert.equal(await silently(bank, '600'), null);
    const { id_token } = await bank.tokens(ada);
    assert.ok(Date.now() / 1000 - Number(payloadOf(id_token).auth_time) < 10, 'they signed in anew');
    assert.equal(await silently(bank), null);
  });

  it('gets one each time where that is 0 seconds, and any where nothing is said', async () => {
    const strict = await addApp(installation, { name: 'Vault', consent: 'implicit', defaultMaxAge: 0 });
    const easy = await addApp(installation, { name: 'Wiki', consent: 'implicit' });
    await easy.code(ada);
    assert.deepEqual([await silently(easy), await silently(strict)], [null, 'login_required']);
    for (let time = 0; time < 2; time += 1) {
      assert.equal(await pageOf(strict), 'sign-in');
      await strict.code(ada);
    }
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    mock.timers.tick(3600_000);
    assert.equal(await silently(easy), null);
  });
});

onEveryStorage('an app that says where a sign-in begins', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  before(async () => {
    installation = await start();
    ada = await setUp(installation);
  });

  const linkOf = async (name: string) =>
    new RegExp(`<a href="([^"]*)"><bdi>${name}</bdi>`)
      .exec((await ada.follow('/account')).text)?.[1]
      ?.replaceAll('&amp;', '&');

  it('is entered from the account page, and told who signs people in', async () => {
    const initiateLoginUri = 'https://notes.example.com/login?from=here';
    const notes = await addApp(installation, { name: 'Field Notes', initiateLoginUri });
    const wiki = await addApp(installation, { name: 'Team Wiki' });
    for (const app of [notes, wiki]) await app.code(ada);
    const link = new URL((await linkOf('Field Notes')) ?? assert.fail());
    assert.deepEqual(
      [link.origin, link.pathname, link.searchParams.get('from'), link.searchParams.get('iss')],
      ['https://notes.example.com', '/login', 'here', installation.origin],
    );
    assert.match(
      (await ada.follow('/account')).text,
      /Field Notes<\/bdi><\/a>.*?<bdi>notes\.example\.com<\/bdi>/s,
    );
    assert.equal(await linkOf('Team Wiki'), undefined);
    await installation.administration.apps.update({ id: notes.id, initiateLoginUri: null });
    await within2Seconds(async () => (await linkOf('Field Notes')) === undefined);
  });

  for (const [what, input] of [
    ['an address that runs something', { initiateLoginUri: 'javascript:alert(1)' }],
    ['an address without a page', { kind: 'native', initiateLoginUri: 'com.example.app:/login' }],
    ['an address without TLS', { initiateLoginUri: 'http://notes.example.com/login' }],
    ['an address of a machine', { kind: 'machine', initiateLoginUri: 'https://notes.example.com/login' }],
    ['a negative age', { defaultMaxAge: -1 }],
    ['half a second', { defaultMaxAge: 0.5 }],
    ['an age at a machine', { kind: 'machine', defaultMaxAge: 60 }],
    [
      'an age at a site',
      { kind: 'proxied', forwardAuth: { origins: ['https://a.example'] }, defaultMaxAge: 60 },
    ],
  ] as const)
    it(`O15 is refused ${what}`, async () => {
      const field = 'defaultMaxAge' in input ? 'defaultMaxAge' : 'initiateLoginUri';
      const redirectUris = 'kind' in input && input.kind !== 'native' ? [] : ['https://notes.example.com/cb'];
      await assert.rejects(addApp(installation, { kind: 'web', redirectUris, ...input } as never), {
        ...{ code: 'field_invalid', field },
      });
    });
});
