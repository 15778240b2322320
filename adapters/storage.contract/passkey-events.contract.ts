import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, collectPages } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, passkeyEventSample } from './samples.ts';

export function passkeyEventsContract(name: string, open: Open): void {
  describe(`${name}: events of passkeys`, () => {
    const storage = openedOnce(open);
    const events = () => storage().passkeyEvents;

    it('lists what comes after a cursor, in order of id, page by page', async () => {
      const ids = ['0001-a', '0001-b', '0002-a', '0010-a'];
      const { passkeyId, ...ofAll } = passkeyEventSample({ id: '0003-a', type: 'handle_removed' });
      const made = [ofAll, ...ids.map((id) => passkeyEventSample({ id }))];
      for (const event of made) await events().insert(event);
      const expected = made.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const pages = await collectPages((after) =>
        events().list({ limit: 2, ...(after === undefined ? {} : { after }) }),
      );
      assert.deepEqual(pages.flat(), expected);
      assert.deepEqual(
        (await events().list({ after: '0001-b', limit: 9 })).items.map(({ id }) => id),
        ['0002-a', '0003-a', '0010-a'],
      );
      assert.deepEqual(await events().list({ after: '0011', limit: 9 }), { items: [] });
      await assertConflict(events().insert(ofAll), 'id');
    });

    it('removes what has expired', async () => {
      const long = now - 8_000_000;
      await events().insert(passkeyEventSample({ id: '0020-a', expiresAt: long }));
      assert.equal(await events().removeExpired(long - 1), 0);
      assert.equal(await events().removeExpired(long), 1);
    });
  });
}
