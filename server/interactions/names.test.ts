import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { addApp } from '../testing/app-under-test.ts';
import { pageData, type TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, json, setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';
import { prove } from '../testing/own-account.ts';

const hostile = [
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  '{{constructor.constructor("alert(1)")()}} #{alert(1)}',
  "&lt;b&gt; &amp; 'quoted'",
  '<!--<script>',
  ']]><x>',
];

onSqlite('names that somebody chose', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
  });

  /** No tag of theirs, in the page or in the data for its script, which parses. */
  function assertHarmless(page: { text: string; headers: Headers }, name: string): void {
    const markup = page.text.replace(/<script type="application\/json".*?<\/script>/s, '');
    assert.doesNotMatch(markup, /<img src=x|<script>alert|<svg onload|<x>/i, name);
    const [, data] = /id="page-data">(.*?)<\/script>/s.exec(page.text) ?? [];
    if (data) {
      assert.doesNotMatch(data, /<\/?script|<!--|\u2028/i, name);
      pageData(page as never);
    }
    assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self'/);
  }

  for (const name of hostile)
    it(`O15 are only text on every page: ${name}`, async () => {
      const app = await addApp(installation, {
        name,
        logoUri: 'https://cdn.example.com/x.svg?"><script>alert(1)</script>',
      });
      const page = await ada.follow(app.authorizationUrl({ scope: 'openid profile' }));
      assertHarmless(page, name);
      await app.code(ada);
      assertHarmless(await ada.get('/account'), name);
      assertHarmless(await ada.get(`/session/end?client_id=${app.id}`), name);
    });

  it('O15 are only text on the account page and for consent: a person’s and a passkey’s', async () => {
    const eve = await addPerson(installation, { name: 'Eve', userName: 'eve' });
    const [passkey] = (await installation.administration.people.show({ user: 'eve' })).passkeys;
    const app = await addApp(installation);
    for (const name of hostile) {
      assert.equal((await eve.post('/account/profile', { name })).status, 200, name);
      const proof = await prove(eve, 'rename-passkey');
      const renamed = await eve.post('/account/passkeys/rename', { passkeyId: passkey?.id, name, proof });
      assert.equal(renamed.status, 200, renamed.text);
      const account = await eve.get('/account');
      assert.equal(account.status, 200);
      assertHarmless(account, name);
      assertHarmless(await eve.follow(app.authorizationUrl({ scope: 'openid profile' })), name);
    }
  });

  it('O15 with line breaks, direction marks or line separators are refused', async () => {
    for (const bad of ['a\u2028b', 'a\u202eb', 'a\nb', 'a\u0000b', '\u200b', '']) {
      assert.equal((await ada.post('/account/profile', { name: bad })).status, 400, JSON.stringify(bad));
      await assert.rejects(addApp(installation, { name: bad }), JSON.stringify(bad));
    }
    for (const logoUri of [
      'javascript:alert(1)',
      'data:image/svg+xml,<svg/>',
      'http://x.example/l.png',
      '//x',
    ])
      await assert.rejects(addApp(installation, { logoUri }), logoUri);
    for (const redirectUris of [['javascript:alert(1)//'], ['data:text/html,x'], ['https://x/#']])
      await assert.rejects(addApp(installation, { redirectUris }));
  });

  it('O17 stay out of headers', async () => {
    const name = 'Ada Lovelace\r\nSet-Cookie: planted=1';
    const answer = await ada.post('/account/profile', { name });
    assert.equal(answer.status, 400);
    assert.equal(json(answer).error, 'field_invalid');
    assert.ok(!answer.headers.getSetCookie().some((cookie) => cookie.startsWith('planted')));
  });
});
