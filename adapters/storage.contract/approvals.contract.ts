import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { approvalSample } from './administration-samples.ts';
import { assertConflict, assertOneWinner, collectPages } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, oddStrings, randomId } from './samples.ts';

export function approvalsContract(name: string, open: Open): void {
  describe(`${name}: approvals`, () => {
    const storage = openedOnce(open);
    const approvals = () => storage().approvals;

    it('keeps every field, and leaves absent ones absent', async () => {
      const full = approvalSample({ decidedBy: oddStrings.join() });
      for (const approval of [full, approvalSample()]) {
        await approvals().insert(approval);
        assert.deepEqual(await approvals().find(approval.id, now), approval);
      }
      await assertConflict(approvals().insert(full), 'id');
    });

    it('F18 lets one of 50 decide, and one of 50 have what was approved', async () => {
      const approval = approvalSample();
      await approvals().insert(approval);
      const decided = { ...approval, status: 'approved' as const };
      await assertOneWinner((i) => approvals().update({ ...decided, decidedBy: `${i}` }, 1));
      await assertOneWinner(() => approvals().update({ ...decided, status: 'done' }, 2));
      const found = await approvals().find(approval.id, now);
      assert.deepEqual([found?.status, found?.revision], ['done', 3]);
      assert.equal(await approvals().update(approvalSample(), 1), false);
    });

    it('lists in order of id, page by page, and those of one account', async () => {
      const prefix = `~${randomId()}`;
      const accountId = randomId();
      for (const id of ['c', 'a', 'b', 'd'])
        await approvals().insert(approvalSample({ id: `${prefix}${id}`, accountId }));
      await approvals().insert(approvalSample());
      const pages = await collectPages((after = prefix) => approvals().list({ after, limit: 3, now }));
      const ids = (page: { id: string }[]) => page.map(({ id }) => id.slice(prefix.length));
      assert.deepEqual(pages.map(ids), [['a', 'b', 'c'], ['d']]);
      assert.deepEqual(ids(await approvals().listByAccount(accountId, now)), ['a', 'b', 'c', 'd']);
      assert.equal(await approvals().removeByAccount(accountId), 4);
      assert.deepEqual(await approvals().listByAccount(accountId, now), []);
    });

    it('F11 neither finds nor lists an expired one, though it is still there', async () => {
      const approval = approvalSample({ id: `~~${randomId()}` });
      const { id, accountId, expiresAt } = approval;
      await approvals().insert(approval);
      assert.equal(await approvals().find(id, expiresAt), undefined);
      assert.deepEqual(await approvals().listByAccount(accountId, expiresAt), []);
      assert.deepEqual((await approvals().list({ after: '~~', limit: 9, now: expiresAt })).items, []);
      assert.deepEqual(await approvals().find(id, expiresAt - 1), approval);
      await approvals().removeByAccount(accountId);
    });

    it('removes what has expired', async () => {
      const long = now - 9_000_000;
      await approvals().insert(approvalSample({ expiresAt: long }));
      assert.equal(await approvals().removeExpired(long - 1), 0);
      assert.equal(await approvals().removeExpired(long), 1);
    });
  });
}
