import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertConflict, assertOneWinner, collectPages } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { accountSample, now, oddStrings, randomId } from './samples.ts';

export function accountsContract(name: string, open: Open): void {
  describe(`${name}: accounts`, () => {
    const storage = openedOnce(open);
    const accounts = () => storage().accounts;

    it('keeps what is known of a recovery, and of addresses before', async () => {
      const account = accountSample({
        formerEmails: [{ email: 'old@example.com', until: now }],
        recoveryBegunAt: now,
        recoveredAt: now + 1,
      });
      await accounts().insert(account);
      assert.deepEqual(await accounts().findById(account.id), account);
      const { formerEmails, recoveryBegunAt, recoveredAt, ...rest } = account;
      assert.ok(await accounts().update({ ...rest, revision: 1 }, 0));
      assert.deepEqual(await accounts().findById(account.id), { ...rest, revision: 1 });
    });

    it('finds an account by id, sub, user name and each of its user handles', async () => {
      const account = accountSample({
        email: 'a@example.com',
        locale: 'de',
        userHandles: [randomId(), randomId()],
      });
      await accounts().insert(account);
      assert.deepEqual(await accounts().findById(account.id), account);
      assert.deepEqual(await accounts().findBySub(account.sub), account);
      assert.deepEqual(await accounts().findByUserNameKey(account.userNameKey), account);
      for (const handle of account.userHandles)
        assert.deepEqual(await accounts().findByUserHandle(handle), account);
    });

    it('finds nothing where there is nothing', async () => {
      const nobody = randomId();
      assert.equal(await accounts().findById(nobody), undefined);
      assert.equal(await accounts().findBySub(nobody), undefined);
      assert.equal(await accounts().findByUserNameKey(nobody), undefined);
      assert.equal(await accounts().findByUserHandle(nobody), undefined);
      assert.equal(await accounts().update(accountSample(), 0), false);
      assert.equal(await accounts().remove(nobody), false);
      await accounts().recordSignIn(nobody, now);
    });

    it('names the field of a conflict', async () => {
      const account = accountSample();
      await accounts().insert(account);
      await assertConflict(accounts().insert(accountSample({ id: account.id })), 'id');
      await assertConflict(accounts().insert(accountSample({ sub: account.sub })), 'sub');
      await assertConflict(
        accounts().insert(accountSample({ userNameKey: account.userNameKey })),
        'userNameKey',
      );
      const userHandles = [randomId(), ...account.userHandles];
      await assertConflict(accounts().insert(accountSample({ userHandles })), 'userHandles');
    });

    it('leaves nothing of a refused account', async () => {
      const account = accountSample();
      await accounts().insert(account);
      const refused = accountSample({ userHandles: [randomId(), ...account.userHandles] });
      await assertConflict(accounts().insert(refused), 'userHandles');
      assert.equal(await accounts().findById(refused.id), undefined);
      assert.equal(await accounts().findByUserHandle(String(refused.userHandles[0])), undefined);
    });

    it('keeps several accounts without a user handle', async () => {
      const [first, second] = [accountSample({ userHandles: [] }), accountSample({ userHandles: [] })];
      await accounts().insert(first);
      await accounts().insert(second);
      assert.deepEqual(await accounts().findById(second.id), second);
    });

    it('takes one of 50 founders', async () => {
      const founders = Array.from({ length: 50 }, () =>
        accountSample({ founder: true, role: 'administrator' }),
      );
      await assertOneWinner(async (i) => {
        await accounts().insert(founders[i] ?? accountSample());
        return true;
      });
      await assertConflict(accounts().insert(accountSample({ founder: true })), 'founder');
      for (const { id } of founders) await accounts().remove(id);
    });

    it('takes one of 50 accounts with one user name', async () => {
      const userNameKey = randomId();
      await assertOneWinner(async () => {
        await accounts().insert(accountSample({ userNameKey }));
        return true;
      });
    });

    it('finds people by an address that they have shown to be theirs', async () => {
      const emailKey = `${randomId()}@example.com`;
      const address = { email: emailKey, emailKey };
      const [verified, claimed] = [
        accountSample({ ...address, emailVerified: true }),
        accountSample({ ...address, emailVerified: false }),
      ];
      for (const account of [verified, claimed, accountSample()]) await accounts().insert(account);
      assert.deepEqual(await accounts().listByVerifiedEmail(emailKey), [verified]);
      assert.equal(await accounts().update({ ...claimed, emailVerified: true }, 0), true);
      await accounts().insert(accountSample({ ...address, emailVerified: true }));
      assert.equal((await accounts().listByVerifiedEmail(emailKey)).length, 2);
    });

    it('updates by compare-and-set on the revision, which goes up by one', async () => {
      const account = accountSample({ email: 'a@example.com', emailKey: 'a@example.com' });
      await accounts().insert(account);
      const { email, emailKey, ...withoutEmail } = account;
      assert.equal(await accounts().update({ ...withoutEmail, name: 'Bob' }, 7), false);
      assert.equal(await accounts().update({ ...withoutEmail, name: 'Bob', revision: 1 }, 0), true);
      assert.deepEqual(await accounts().findById(account.id), { ...withoutEmail, name: 'Bob', revision: 1 });
      assert.equal(await accounts().update({ ...withoutEmail, revision: 1 }, 0), false);
    });

    it('lets one of 50 updates of one revision win', async () => {
      const account = accountSample();
      await accounts().insert(account);
      await assertOneWinner((i) => accounts().update({ ...account, name: `name ${i}` }, 0));
      assert.equal((await accounts().findById(account.id))?.revision, 1);
    });

    it('moves user handles with an update, and refuses those of another account', async () => {
      const [mine, other] = [accountSample(), accountSample()];
      await accounts().insert(mine);
      await accounts().insert(other);
      const conflicting = { ...mine, userHandles: [...mine.userHandles, ...other.userHandles] };
      await assertConflict(accounts().update(conflicting, 0), 'userHandles');
      await assertConflict(accounts().update({ ...mine, userNameKey: other.userNameKey }, 0), 'userNameKey');
      const handle = randomId();
      assert.equal(await accounts().update({ ...mine, userHandles: [handle] }, 0), true);
      assert.equal((await accounts().findByUserHandle(handle))?.id, mine.id);
      assert.equal(await accounts().findByUserHandle(String(mine.userHandles[0])), undefined);
    });

    it('records a sign-in without a new revision, and no update undoes it', async () => {
      const account = accountSample();
      await accounts().insert(account);
      await accounts().recordSignIn(account.id, now + 5);
      assert.deepEqual(await accounts().findById(account.id), { ...account, lastSignInAt: now + 5 });
      assert.equal(await accounts().update({ ...account, name: 'Bob' }, 0), true);
      assert.equal((await accounts().findById(account.id))?.lastSignInAt, now + 5);
    });

    it('removes an account and what made it unique', async () => {
      const account = accountSample();
      await accounts().insert(account);
      await assertOneWinner(() => accounts().remove(account.id));
      assert.equal(await accounts().findByUserHandle(String(account.userHandles[0])), undefined);
      await accounts().insert({ ...account, id: randomId() });
    });

    it('lists in order of user name, page by page, though records come and go', async () => {
      const prefix = randomId();
      const keys = ['a', 'b', 'c', 'd', 'e'].map((letter) => `${prefix}-${letter}`);
      const inserted = keys.toReversed().map((userNameKey) => accountSample({ userNameKey }));
      for (const account of inserted) await accounts().insert(account);
      const { items, next } = await accounts().list({ after: prefix, limit: 2 });
      assert.deepEqual(
        items.map(({ userNameKey }) => userNameKey),
        keys.slice(0, 2),
      );
      assert.equal(next, keys[1]);
      await accounts().remove(String(items[1]?.id));
      const rest = await accounts().list({ after: String(next), limit: 3 });
      assert.deepEqual(
        rest.items.map(({ userNameKey }) => userNameKey),
        keys.slice(2),
      );
    });

    it('lists by group and by role', async () => {
      const groupId = randomId();
      const members = Array.from({ length: 5 }, () => accountSample({ groups: [randomId(), groupId] }));
      for (const account of members) await accounts().insert(account);
      const pages = await collectPages((after) =>
        accounts().listByGroup(groupId, { limit: 2, ...(after !== undefined && { after }) }),
      );
      assert.deepEqual(
        pages.map(({ length }) => length),
        [2, 2, 1],
      );
      const keys = pages.flat().map(({ userNameKey }) => userNameKey);
      assert.deepEqual(keys, members.map(({ userNameKey }) => userNameKey).sort());
      const leaver = members[0] ?? accountSample();
      assert.equal(await accounts().update({ ...leaver, groups: [], role: 'administrator' }, 0), true);
      assert.equal((await accounts().listByGroup(groupId, { limit: 9 })).items.length, 4);
      const administrators = await accounts().listByRole('administrator');
      assert.ok(administrators.some(({ id }) => id === leaver.id));
      assert.ok(administrators.every(({ role }) => role === 'administrator'));
    });

    it('lists by an app that they administer', async () => {
      const [appId, other] = [randomId(), randomId()];
      const [one, both, none] = [
        accountSample({ administers: [appId] }),
        accountSample({ administers: [other, appId] }),
        accountSample({ administers: [other] }),
      ];
      for (const account of [one, both, none, accountSample()]) await accounts().insert(account);
      const ids = async () => (await accounts().listByAdministered(appId)).map(({ id }) => id).sort();
      assert.deepEqual(await ids(), [one.id, both.id].sort());
      assert.deepEqual(await accounts().listByAdministered(randomId()), []);
      const { administers: _, ...without } = one;
      assert.equal(await accounts().update(without, 0), true);
      assert.equal(await accounts().update({ ...none, administers: [appId] }, 0), true);
      assert.deepEqual(await ids(), [both.id, none.id].sort());
      await accounts().remove(both.id);
      assert.deepEqual(await ids(), [none.id]);
    });

    it('takes odd strings for nothing but strings', async () => {
      for (const odd of oddStrings) {
        const key = `${odd}${randomId()}`;
        const account = accountSample({ id: key, sub: key, userNameKey: key, userHandles: [key], name: odd });
        await accounts().insert(account);
        assert.deepEqual(await accounts().findByUserNameKey(key), account);
        assert.deepEqual(await accounts().findByUserHandle(key), account);
        assert.equal(await accounts().findBySub(odd), undefined);
      }
    });
  });
}
