import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { type Faults, startFaultyInstallation } from '../testing/faulty-installation.ts';
import { enrol } from '../testing/faulty-steps.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';

describe('a recovery that was broken off', () => {
  onEachEngine((settings) => {
    let installation: TestInstallation | undefined;
    let faults: Faults;

    before(async () => {
      ({ installation, faults } = await startFaultyInstallation(settings));
    });
    after(() => installation?.[Symbol.asyncDispose]());

    it('F3 I3 ends what the lost passkey signed in to, when the link is tried again', async () => {
      assert.ok(installation);
      await setUp(installation);
      const thief = await addPerson(installation, { name: 'Grace', userName: 'grace' });
      const { link = assert.fail() } = await installation.administration.people.recover({ user: 'grace' });
      const browser = createBrowser(installation.origin);
      faults.failCall('artifacts.listByAccount');
      await assert.rejects(enrol(browser, link.url), /^Refused: 503/);
      faults.stop();
      await assert.rejects(enrol(browser, link.url), /^Refused: 410/);
      assert.equal((await thief.get('/account')).status, 303);
      const { passkeys } = await installation.administration.people.show({ user: 'grace' });
      assert.deepEqual(
        passkeys.map(({ status }) => status),
        ['suspended', 'active'],
      );
    });
  });
});
