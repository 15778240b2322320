import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBrowser } from '../testing/browser.ts';
import { startInstallation } from '../testing/installation.ts';
import { enrolByLink } from '../testing/journeys.ts';

describe('before there is an administrator', () => {
  it('/ and /account say where the setup link is, and afterwards lead to signing in', async () => {
    await using installation = await startInstallation();
    const visitor = createBrowser(installation.origin);
    for (const path of ['/', '/account'])
      assert.match((await visitor.follow(path)).text, /Open the setup link/, path);
    const { link } = await installation.administration.people.setupLink({});
    await enrolByLink(createBrowser(installation.origin), link.url, { name: 'Ada', userName: 'ada' });
    assert.match((await visitor.get('/account')).location ?? '', /\/auth\?/);
  });

  it('/account leads to signing up where everybody may', async () => {
    await using installation = await startInstallation({ LATCHKEY_SIGN_UP: 'open' });
    const { location } = await createBrowser(installation.origin).get('/account');
    assert.match(location ?? '', /\/auth\?/);
  });
});
