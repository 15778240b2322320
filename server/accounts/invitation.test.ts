import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { createBrowser } from '../testing/browser.ts';
import { administrationOf, type TestInstallation } from '../testing/installation.ts';
import { addPerson, enrolByLink, json, setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

onSqlite('an installation where nobody makes an account', (start) => {
  let installation: TestInstallation;
  /** As it was while people were still invited. */
  let earlier: TestInstallation;

  const fresh = () => createBrowser(installation.origin);

  before(async () => {
    installation = await start({ LATCHKEY_SIGN_UP: 'closed' });
    const config = { ...installation.config, signUp: 'invitation' as const };
    earlier = { ...installation, administration: administrationOf({ ...installation, config }) };
  });

  it('is set up by its link', async () => {
    await setUp(installation);
    assert.equal((await installation.storage.accounts.listByRole('administrator')).length, 1);
  });

  it('answers an open invitation like an invalid link, and makes no passkey by it', async () => {
    const { link = assert.fail() } = await earlier.administration.people.invite({
      name: 'Bob',
      userName: 'bob',
    });
    const browser = fresh();
    assert.equal((await browser.follow(link.url)).status, 410);
    await assert.rejects(addPerson(earlier, { name: 'Carol', userName: 'carol' }));
    const refused = await browser.post('/invitation/options', { name: 'Bob' });
    assert.deepEqual([refused.status, json(refused).error], [410, 'link_invalid']);
    const { passkeys } = await installation.administration.people.show({ user: 'bob' });
    assert.equal(passkeys.length, 0);
  });

  it('takes recovery links and links to one more passkey', async () => {
    const { people } = installation.administration;
    const { link = assert.fail() } = await people.recover({ user: 'ada' });
    assert.equal((await enrolByLink(fresh(), link.url)).status, 200);
    const additional = await people.setupLinkFor({ user: 'ada' });
    assert.equal((await fresh().follow(additional.link.url)).status, 200);
  });
});
