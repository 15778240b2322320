import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openStorage } from '../../adapters/open.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { startInstallation } from '../testing/installation.ts';
import { json, setUp } from '../testing/journeys.ts';
import { addPasskey, removePasskey } from '../testing/own-account.ts';

describe('the account page of a person who has signed in 500 times', () => {
  onEachEngine((settings) => {
    it('reads the latest sign-ins, and those of what is in force, and no more', async () => {
      let read = 0;
      const open: typeof openStorage = async (options) => {
        const storage = await openStorage(options);
        const counted = Object.entries(storage.signIns).map(([name, call]) => [
          name,
          async (...parameters: unknown[]) => {
            const result: unknown = await (call as (...given: unknown[]) => unknown)(...parameters);
            read += Array.isArray(result) ? result.length : 0;
            return result;
          },
        ]);
        return Object.assign(storage, { signIns: Object.fromEntries(counted) });
      };
      await using installation = await startInstallation(settings, open);
      const ada = await setUp(installation);
      const { passkeyId } = await addPasskey(ada);
      const account = (await installation.storage.accounts.findByUserNameKey('ada')) ?? assert.fail();
      const { items } = await installation.storage.signIns.listByAccount(account.id, { limit: 1 });
      const { id: _, ...before } = items[0] ?? assert.fail();
      for (let batch = 1; batch <= 20; batch++)
        await Promise.all(
          Array.from({ length: 25 }, (_each, i) =>
            installation.storage.signIns.insert({ ...before, id: `${batch}-${i}`, at: before.at - batch }),
          ),
        );
      read = 0;
      assert.equal((await ada.get('/account')).status, 200);
      assert.ok(read < 110, `${read} were read`);
      assert.deepEqual(json(await removePasskey(ada, passkeyId)), { location: '/account' });
      assert.ok(read < 120, `${read} were read`);
    });
  });
});
