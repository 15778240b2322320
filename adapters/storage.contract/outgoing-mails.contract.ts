import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outgoingMailSample } from './administration-samples.ts';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, randomId } from './samples.ts';

export function outgoingMailsContract(name: string, open: Open): void {
  describe(`${name}: outgoing mails`, () => {
    const storage = openedOnce(open);
    const mails = () => storage().outgoingMails;
    const due = async (until: number) => (await mails().listDue({ until, limit: 9 })).map(({ id }) => id);

    it('lists what is due and still of use, earliest first', async () => {
      const early = now - 5_000_000;
      const prefix = randomId();
      for (const [offset, expiresIn] of [
        [3, 100],
        [1, 100],
        [2, 100],
        [0, 2],
      ] as const)
        await mails().insert(
          outgoingMailSample({
            id: `${prefix}${offset}`,
            nextAttemptAt: early + offset,
            expiresAt: early + expiresIn,
          }),
        );
      assert.deepEqual(await due(early + 1), [`${prefix}0`, `${prefix}1`]);
      assert.deepEqual(await due(early + 2), [`${prefix}1`, `${prefix}2`]);
      assert.equal((await mails().listDue({ until: early + 9, limit: 2 })).length, 2);
      for (const offset of [0, 1, 2, 3]) assert.ok(await mails().remove(`${prefix}${offset}`));
      assert.equal(await mails().remove(`${prefix}0`), false);
    });

    it('takes one of 50 with the same id', async () => {
      const mail = outgoingMailSample();
      await assertOneWinner(async () => {
        await mails().insert(mail);
        return true;
      });
      await assertConflict(mails().insert(mail), 'id');
      assert.ok(await mails().remove(mail.id));
    });

    it('F18 lets one of 50 have a mail for an attempt', async () => {
      const mail = outgoingMailSample({ nextAttemptAt: now - 4_000_000 });
      await mails().insert(mail);
      const { nextAttemptAt } = mail;
      await assertOneWinner((i) =>
        mails().update({ ...mail, attempts: 1, nextAttemptAt: nextAttemptAt + 1 + i }, 0),
      );
      assert.deepEqual(await due(nextAttemptAt), []);
      assert.deepEqual(await due(nextAttemptAt + 50), [mail.id]);
      assert.equal(await mails().update(outgoingMailSample(), 0), false);
      await mails().remove(mail.id);
    });

    it('removes what has expired', async () => {
      const long = now - 9_000_000;
      await mails().insert(outgoingMailSample({ expiresAt: long }));
      assert.equal(await mails().removeExpired(long - 1), 0);
      assert.equal(await mails().removeExpired(long), 1);
    });
  });
}
