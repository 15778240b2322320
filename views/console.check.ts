/** Drives the script of the console: see `browser.check.ts`. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { button, open, visit, visitEachTime } from './testing.ts';

visitEachTime();

describe('the console', () => {
  it('goes to the search by one key, but not while something is typed', async () => {
    await open('console-app-new');
    await visit.page.locator('h1').press('/');
    assert.equal(await visit.page.evaluate('document.activeElement.name'), 'q');
    await visit.page.getByLabel('Name', { exact: true }).press('/');
    assert.equal(await visit.page.evaluate('document.activeElement.name'), 'name');
  });

  it('copies a value and says so', async () => {
    await visit.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await open('console-link');
    await button('Copy').click();
    await button('Copied').waitFor();
    const copied = await visit.page.evaluate('navigator.clipboard.readText()');
    assert.equal(copied, await visit.page.locator('#link').textContent());
  });

  it('puts aside what the chosen kind of app does not have', async () => {
    await open('console-app-new');
    const address = visit.page.getByLabel('Redirect address');
    await address.waitFor();
    await visit.page.getByLabel('Machine').check();
    assert.equal(await address.isVisible(), false);
    await visit.page.getByLabel('Native app').check();
    assert.equal(await address.isVisible(), true);
  });

  it('adds what happens meanwhile on top, while that is asked for', async () => {
    await open('console-audit');
    const rows = visit.page.locator('#events tbody tr');
    const before = await rows.count();
    await visit.page.getByLabel('Show new events').check();
    await rows.nth(before).waitFor();
    assert.match((await rows.first().textContent()) ?? '', /Sign-in failed/);
    assert.equal(await rows.count(), before + 1);
  });

  it('stops when the server does not answer any more', async () => {
    await open('console-audit');
    await visit.page.route('**/console/audit/live*', (route) => route.abort());
    const live = visit.page.getByLabel('Show new events');
    await live.check();
    await visit.page.waitForFunction('!document.querySelector("[data-live]").checked');
  });

  it('sends a form once, however often it is pressed', async () => {
    await open('console-group-new');
    await visit.page.getByLabel('Name').fill('Editors');
    let sent = 0;
    await visit.page.route('**/console/groups/new', async (route) => {
      sent += 1;
      await new Promise((resolve) => setTimeout(resolve, 300));
      await route.fulfill({ status: 204 });
    });
    await button('Make group').click({ noWaitAfter: true });
    await button('Make group').click({ noWaitAfter: true });
    await visit.page.waitForTimeout(500);
    assert.equal(sent, 1);
  });
});
