import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { invitationSample, now, randomId } from './samples.ts';

export function invitationsContract(name: string, open: Open): void {
  describe(`${name}: invitations`, () => {
    const storage = openedOnce(open);
    const invitations = () => storage().invitations;

    it('W20 gives an invitation to one of 50', async () => {
      const invitation = invitationSample({ accountId: randomId(), createdBy: randomId() });
      await invitations().insert(invitation);
      assert.deepEqual(await invitations().find(invitation.id, now), invitation);
      await assertOneWinner(() => invitations().take(invitation.id, now));
      assert.equal(await invitations().find(invitation.id, now), undefined);
    });

    it('refuses an id that is there', async () => {
      const invitation = invitationSample();
      await invitations().insert(invitation);
      await assertConflict(invitations().insert(invitation), 'id');
    });

    it('F11 neither finds nor gives an expired one, though it is still there', async () => {
      const invitation = invitationSample();
      await invitations().insert(invitation);
      assert.deepEqual(await invitations().find(invitation.id, invitation.expiresAt - 1), invitation);
      assert.equal(await invitations().find(invitation.id, invitation.expiresAt), undefined);
      assert.equal(await invitations().take(invitation.id, invitation.expiresAt), undefined);
    });

    it('counts those that run out within a time', async () => {
      const far = now + 1e12;
      await invitations().insert(invitationSample({ expiresAt: far + 10 }));
      await invitations().insert(invitationSample({ expiresAt: far + 20 }));
      assert.equal(await invitations().countOpen({ now: far, until: far + 10 }), 1);
      assert.equal(await invitations().countOpen({ now: far + 10, until: far + 20 }), 1);
    });

    it('removes by purpose: the first administrator voids all setup links', async () => {
      const links = [1, 2].map(() => invitationSample({ purpose: 'setup' }));
      const other = invitationSample({ purpose: 'recovery', accountId: randomId() });
      for (const invitation of [...links, other]) await invitations().insert(invitation);
      assert.equal(await invitations().removeByPurpose('setup'), 2);
      assert.deepEqual(await invitations().find(other.id, now), other);
    });

    it('removes by account', async () => {
      const accountId = randomId();
      for (const purpose of ['recovery', 'additional'] as const)
        await invitations().insert(invitationSample({ purpose, accountId }));
      assert.equal(await invitations().removeByAccount(accountId), 2);
      assert.equal(await invitations().removeByAccount(accountId), 0);
    });

    it('removes what has expired', async () => {
      const long = now - 5_000_000;
      await invitations().insert(invitationSample({ expiresAt: long }));
      assert.equal(await invitations().removeExpired(long - 1), 0);
      assert.equal(await invitations().removeExpired(long), 1);
    });
  });
}
