import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { createBrowser, pageData } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, beginByLink, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

onEveryStorage('a registration belongs to the one link it was begun with', (start) => {
  let installation: TestInstallation;

  before(async () => {
    installation = await start();
    await setUp(installation);
    await addPerson(installation, { name: 'Carol', userName: 'carol' });
    await addPerson(installation, { name: 'Mallory', userName: 'mallory' });
  });

  const recover = async (user: string) =>
    (await installation.administration.people.recover({ user })).link?.url ?? assert.fail();
  const passkeysOf = async (user: string) =>
    (await installation.administration.people.show({ user })).passkeys;

  it('W20 is not finished on the account of a link that was opened afterwards', async () => {
    const browser = createBrowser(installation.origin);
    const own = await beginByLink(browser, await recover('mallory'));
    await browser.follow(await recover('carol'));
    assert.equal((await own.finish()).status, 410);
    const carols = await passkeysOf('carol');
    assert.deepEqual(
      carols.map(({ status }) => status),
      ['active'],
    );
    assert.equal((await browser.get('/account')).status, 303, 'nobody is signed in');
  });

  it('W20 is not finished after its link was replaced, by opening another one', async () => {
    const browser = createBrowser(installation.origin);
    const replaced = await beginByLink(browser, await recover('carol'));
    await recover('carol');
    await browser.follow(await recover('mallory'));
    assert.equal((await replaced.finish()).status, 410);
    assert.equal((await passkeysOf('carol')).length, 1);
  });

  it('W20 is refused on a page that shows another link than the browser holds', async () => {
    const browser = createBrowser(installation.origin);
    const page = await browser.follow(await recover('carol'));
    const { urls } = pageData<{ urls: { options: string } }>(page);
    await browser.follow(await recover('mallory'));
    assert.equal((await browser.post(urls.options, {})).status, 410);
  });
});
