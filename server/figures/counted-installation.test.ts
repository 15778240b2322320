import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openFileStorage } from '../../adapters/sqlite/testing.ts';
import { addApp } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { openCommandFixture } from '../testing/command.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { addPasskey, removePasskey } from '../testing/own-account.ts';
import { signInElsewhere } from '../testing/sign-out.ts';
import { findFigures, type Overview, readOverview } from './overview.ts';

onEveryStorage('the figures of a server', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
  });

  /** Waits until they say so: what people hold is followed every five seconds. */
  async function until(isSo: (overview: Overview) => boolean): Promise<Overview> {
    for (const end = Date.now() + 30_000; ; await delay(200)) {
      const now = Date.now();
      const overview = readOverview(await findFigures(installation.storage.figures, now), now);
      if (isSo(overview)) return overview;
      assert.ok(now < end, JSON.stringify(overview));
    }
  }
  const today = ({ days }: Overview) => days.slice(-2);
  const sum = (overview: Overview, what: 'signIns' | 'sessions') =>
    today(overview).reduce((total, day) => total + day[what], 0);

  it('follow people and their passkeys', async () => {
    await addPerson(installation, { name: 'Grace', userName: 'grace' });
    const { passkeyId } = await addPasskey(ada);
    const { people, passkeys } = await until(({ people }) => people.withTwoPasskeys.count === 1);
    assert.deepEqual([people.withPasskey.count, passkeys.total], [2, 3]);
    assert.equal((await removePasskey(ada, passkeyId)).status, 200);
    const after = await until(({ people: { withTwoPasskeys } }) => withTwoPasskeys.count === 0);
    assert.equal(after.passkeys.total, 2);
  });

  it('count what signs in, and a session once, however often it is used', async () => {
    const earlier = await until(() => true);
    const app = await addApp(installation);
    const visitor = await signInElsewhere(installation, ada);
    await app.code(visitor);
    await app.code(visitor);
    const later = await until((overview) => sum(overview, 'signIns') > sum(earlier, 'signIns'));
    await delay(1500);
    assert.equal(sum(later, 'signIns'), sum(earlier, 'signIns') + 1);
    assert.equal(sum(await until(() => true), 'sessions'), sum(earlier, 'sessions') + 1);
  });
});

describe('the command that counts anew', () => {
  it('mends what has drifted, and counts what commands do', async () => {
    await using fixture = await openCommandFixture();
    await fixture.start();
    await fixture.stop();
    assert.equal(fixture.latchkey('group', 'add', 'editors').status, 0);
    {
      await using storage = await openFileStorage(join(fixture.dataDir, 'latchkey.sqlite'));
      assert.deepEqual(await storage.figures.findMany(['groups']), [{ id: 'groups', value: 1 }]);
      await storage.figures.add([{ id: 'groups', value: 5 }]);
    }
    const mended = fixture.latchkey('figures', 'recount', '--json');
    assert.deepEqual(mended.json(), { mended: [{ id: 'groups', value: -5 }] }, mended.stderr);
    assert.match(fixture.latchkey('figures', 'recount').stdout, /Every figure was right\./);
  });
});
