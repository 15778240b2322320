import assert from 'node:assert/strict';
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { withMongo } from '../../../adapters/mongo/testing.ts';
import { openStorage } from '../../../adapters/open.ts';
import { StorageError } from '../../errors.ts';
import { generateRoot } from '../../secret/secret.ts';
import { freePort } from '../../testing/installation.ts';
import { examineDatabaseClock } from './database-clock.ts';
import { examine } from './examine.ts';

withMongo(({ url }) => {
  describe('the doctor, about the clock of the database', () => {
    async function found(ahead: number) {
      using folder = mkdtempDisposableSync(join(tmpdir(), 'latchkey-doctor-'));
      const env = {
        LATCHKEY_ISSUER: `http://localhost:${await freePort()}`,
        LATCHKEY_DATA_DIR: folder.path,
        LATCHKEY_STORAGE: url,
        LATCHKEY_SECRET: generateRoot(),
      };
      // As a server would have left it.
      await using _ = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
      const findings = await examine({ env, openStorage, now: () => Date.now() + ahead });
      return findings.find(({ check }) => check === 'database clock') ?? assert.fail();
    }

    it('is content while both agree to 10 seconds', async () => {
      for (const ahead of [0, 8_000, -8_000]) assert.equal((await found(ahead)).state, 'ok', `${ahead}`);
      assert.match((await found(8_000)).says, /agrees with the clock of this machine \([789] s\)/);
    });

    for (const [words, ahead] of [
      ['300 s ahead of', 300_000],
      ['60 s behind', -60_000],
    ] as const)
      it(`F10 finds a machine that is ${words} it, and says what to do`, async () => {
        const { state, says, remedy = '' } = await found(ahead);
        assert.equal(state, 'failed');
        assert.match(says, new RegExp(`clock of this machine is ${words} the database`));
        assert.match(remedy, /Set both by NTP/);
      });
  });
});

describe('the doctor, about the clock of a storage', () => {
  it('says nothing where it is on the machine of its one server', async () => {
    await using storage = await openStorage({
      ...{ url: 'sqlite::memory:', role: 'command', schema: 'migrate', waitUntilReady: true },
    });
    assert.deepEqual(await examineDatabaseClock(storage, Date.now), []);
  });

  it('says so where it is not told the time', async () => {
    const clock = () => Promise.reject(new StorageError('unreachable', 'MongoDB does not tell its time'));
    const [finding] = await examineDatabaseClock({ clock }, Date.now);
    assert.deepEqual([finding?.state, finding?.says], ['failed', 'MongoDB does not tell its time.']);
  });
});
