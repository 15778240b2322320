/** Drives the scripts of the account page: see `browser.check.ts`. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  arrived,
  button,
  creationOptions,
  open,
  ownPasskey,
  requestOptions,
  says,
  visit,
  visitEachTime,
} from './testing.ts';

visitEachTime();

describe('the account', () => {
  const confirming = () => ({
    '/account/confirm/options': requestOptions(),
    '/account/confirm': { proof: 'p' },
  });

  it('adds a passkey: first one that is there, then the new one', async () => {
    await ownPasskey();
    visit.answers = {
      ...confirming(),
      '/account/passkeys/options': creationOptions(),
      '/account/passkeys': { location: '/home' },
    };
    await open('account');
    await button('Add a passkey').click();
    await button('Confirm it is you').click();
    await says(/Now create the new passkey/);
    await button('Create passkey').click();
    await arrived();
    assert.deepEqual(
      visit.posted.map(({ path }) => path),
      ['/account/confirm/options', '/account/confirm', '/account/passkeys/options', '/account/passkeys'],
    );
    assert.deepEqual(visit.posted[0]?.body, { purpose: 'add-passkey' });
    assert.deepEqual(visit.posted[2]?.body, { proof: 'p' });
  });

  it('renames and removes a passkey with a proof for exactly that', async () => {
    await ownPasskey();
    visit.answers = {
      ...confirming(),
      '/account/passkeys/rename': {},
      '/account/passkeys/remove': { location: '/home' },
    };
    await open('account');
    await button('Rename').first().click();
    await visit.page.getByLabel('Name', { exact: true }).first().fill('Blue laptop');
    await Promise.all([visit.page.waitForEvent('load'), button('Save name').click()]);
    assert.deepEqual(visit.posted.at(-1)?.body, { passkeyId: 'one', name: 'Blue laptop', proof: 'p' });
    await open('account');
    await button('Remove').nth(1).click();
    await button('Remove passkey').click();
    await arrived();
    assert.deepEqual(visit.posted.at(-1)?.body, { passkeyId: 'two', proof: 'p' });
  });

  it('tells the browser which passkeys there are, so that it forgets removed ones', async () => {
    await ownPasskey();
    const [passkey] = await visit.authenticator.credentials();
    const userId = Buffer.from(passkey?.userHandle ?? '', 'base64').toString('base64url');
    const signal = {
      rpId: 'localhost',
      userId,
      passkeyIds: [],
      userName: 'new.name',
      displayName: 'New Name',
    };
    await visit.page.route('**/account', async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      await route.fulfill({
        response,
        body: text.replace('"signals":[]', `"signals":[${JSON.stringify(signal)}]`),
      });
    });
    await open('account');
    await button('Save changes').waitFor();
    await visit.page.waitForTimeout(500);
    assert.deepEqual(await visit.authenticator.credentials(), []);
  });

  it('closes a dialog with Escape and gives the focus back', async () => {
    await open('account');
    await button('Remove').nth(1).click();
    await visit.page.keyboard.press('Escape');
    assert.equal(await visit.page.evaluate('document.activeElement.dataset.opens'), 'remove-1');
  });

  it('ends sessions and disconnects apps where they stand', async () => {
    visit.answers = {
      '/account/sessions/end': {},
      '/account/sessions/end-others': {},
      '/account/apps/disconnect': {},
    };
    await open('account');
    await button('End session').first().click();
    await says(/Saved/);
    await button('End all others').click();
    await button('End session').waitFor({ state: 'detached' });
    await button('Disconnect').first().click();
    await visit.page.getByText('Field Notes').waitFor({ state: 'detached' });
    assert.equal(await visit.page.getByText('No app is connected yet').isVisible(), false);
    await button('Disconnect').click();
    await visit.page.getByText('No app is connected yet').waitFor();
    assert.deepEqual(
      visit.posted.map(({ body }) => body),
      [{ uid: 'b' }, {}, { appId: 'notes' }, { appId: 'wiki' }],
    );
  });

  it('saves the profile, and the language when it is another', async () => {
    visit.answers = { '/account/profile': {}, '/account/language': {} };
    await open('account');
    await visit.page.getByLabel('Your name').fill('Another Name');
    await button('Save changes').click();
    await says(/Saved/);
    await visit.page.getByText('Another Name (sample.person)').waitFor();
    await visit.page.getByLabel('Language', { exact: true }).selectOption('de');
    await Promise.all([visit.page.waitForEvent('load'), button('Save changes').click()]);
    assert.deepEqual(visit.posted.at(-1)?.body, { locale: 'de' });
    assert.deepEqual(visit.posted[0]?.body, { name: 'Another Name', email: 'sample.person@example.com' });
  });
});
