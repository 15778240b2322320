import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Passkey } from '../../server/storage.ts';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, passkeySample, randomId } from './samples.ts';

export function passkeysContract(name: string, open: Open): void {
  describe(`${name}: passkeys`, () => {
    const storage = openedOnce(open);
    const passkeys = () => storage().passkeys;
    const use = { counter: 2, backupEligible: true, backedUp: true, lastUsedAt: now + 5 };

    it('keeps every field, and leaves absent ones absent', async () => {
      const bare = passkeySample();
      const full = passkeySample({
        backupEligible: false,
        attestationObject: 'x'.repeat(100_000),
        clientDataJSON: 'eyJ',
        attestation: {
          format: 'packed',
          result: 'model',
          vendor: 'Vendor',
          root: 'fingerprint of a key',
          chain: 'fingerprint',
          flags: 0x45,
          metadata: 291,
        } satisfies Required<NonNullable<Passkey['attestation']>>,
        modelAlert: ['REVOKED'],
        modelAlertAt: now - 3,
        modelAction: 'ask',
        backedUpChangedAt: now - 2,
        counterAlertAt: now - 1,
        importedAt: now - 4,
        lastUsedAt: now,
        counter: 2 ** 32 - 1,
      });
      await passkeys().insert(bare);
      await passkeys().insert(full);
      assert.deepEqual(await passkeys().findById(bare.id), bare);
      assert.deepEqual(await passkeys().findById(full.id), full);
      assert.equal(await passkeys().findById(randomId()), undefined);
    });

    it('W14 refuses a credential id that any user handle has, of 50 at once all but one', async () => {
      const id = randomId();
      await assertOneWinner(async () => {
        await passkeys().insert(passkeySample({ id }));
        return true;
      });
      await assertConflict(passkeys().insert(passkeySample({ id })), 'id');
    });

    it('keeps an id of 1023 bytes', async () => {
      const id = `${randomId()}${'A'.repeat(1364 - 16)}`;
      await passkeys().insert(passkeySample({ id }));
      assert.equal((await passkeys().findById(id))?.id, id);
    });

    it('lists those of a user handle, oldest first', async () => {
      const userHandle = randomId();
      const made = [3, 1, 2].map((age) => passkeySample({ userHandle, createdAt: now + age }));
      for (const passkey of made) await passkeys().insert(passkey);
      const listed = await passkeys().listByUserHandle(userHandle);
      assert.deepEqual(
        listed.map(({ createdAt }) => createdAt - now),
        [1, 2, 3],
      );
      assert.deepEqual(await passkeys().listByUserHandle(randomId()), []);
    });

    it('W10 records a use if the counter is the expected one, of 50 at once one', async () => {
      const passkey = passkeySample({ counter: 1 });
      await passkeys().insert(passkey);
      assert.equal(await passkeys().recordUse(passkey.id, 0, use), false);
      await assertOneWinner(() => passkeys().recordUse(passkey.id, 1, use));
      assert.deepEqual(await passkeys().findById(passkey.id), { ...passkey, ...use });
      assert.equal(await passkeys().recordUse(randomId(), 0, use), false);
    });

    it('W10 records uses at the same time of a passkey whose counter stays 0', async () => {
      const passkey = passkeySample();
      await passkeys().insert(passkey);
      const uses = await Promise.all(
        [1, 2, 3].map((i) =>
          passkeys().recordUse(passkey.id, 0, { ...use, counter: 0, lastUsedAt: now + i }),
        ),
      );
      assert.deepEqual(uses, [true, true, true]);
    });

    it('lists the passkeys of a model in parts, and those whose model was found broken', async () => {
      const aaguid = randomUUID();
      const ids = ['a', 'b', 'c'].map((id) => `${id}${randomId()}`);
      for (const id of ids) await passkeys().insert(passkeySample({ id, aaguid }));
      const first = await passkeys().listByModel(aaguid, { limit: 2 });
      assert.deepEqual(
        first.items.map(({ id }) => id),
        ids.slice(0, 2),
      );
      const rest = await passkeys().listByModel(aaguid, { after: first.next ?? '', limit: 2 });
      assert.deepEqual([rest.items.map(({ id }) => id), rest.next], [ids.slice(2), undefined]);
      const since = now + 1_000_000;
      for (const [index, passkey] of first.items.entries())
        assert.equal(
          await passkeys().update({ ...passkey, modelAlert: ['REVOKED'], modelAlertAt: since + index }, 0),
          true,
        );
      const alerts = await passkeys().listModelAlerts({ since, limit: 1 });
      assert.deepEqual(
        alerts.items.map(({ id }) => id),
        ids.slice(0, 1),
      );
      const more = await passkeys().listModelAlerts({ after: alerts.next ?? '', limit: 9 });
      assert.deepEqual(
        more.items.map(({ id, modelAlert }) => [id, modelAlert]),
        [[ids[1], ['REVOKED']]],
      );
      const [alerted] = alerts.items;
      assert.ok(alerted);
      const { modelAlert, modelAlertAt, ...restored } = alerted;
      assert.equal(await passkeys().update(restored, 1), true);
      assert.deepEqual(await passkeys().findById(alerted.id), { ...restored, revision: 2 });
      assert.equal((await passkeys().listModelAlerts({ since, limit: 9 })).items.length, 1);
    });

    it('records no use of a suspended passkey', async () => {
      const passkey = passkeySample({ status: 'suspended' });
      await passkeys().insert(passkey);
      assert.equal(await passkeys().recordUse(passkey.id, 0, use), false);
    });

    it('updates by compare-and-set on the revision, and leaves what a use changed', async () => {
      const passkey = passkeySample();
      await passkeys().insert(passkey);
      await passkeys().recordUse(passkey.id, 0, use);
      assert.equal(await passkeys().update({ ...passkey, name: 'Laptop' }, 1), false);
      assert.equal(await passkeys().update({ ...passkey, name: 'Laptop', status: 'suspended' }, 0), true);
      const expected = { ...passkey, ...use, name: 'Laptop', status: 'suspended', revision: 1 };
      assert.deepEqual(await passkeys().findById(passkey.id), expected);
      assert.equal(await passkeys().recordUse(passkey.id, use.counter, use), false);
    });

    it('W10 keeps a note of its counter and of its backup through every use', async () => {
      const passkey = passkeySample();
      await passkeys().insert(passkey);
      const notes = { counterAlertAt: now + 1, backedUpChangedAt: now + 2 };
      assert.equal(await passkeys().update({ ...passkey, ...notes }, 0), true);
      await passkeys().recordUse(passkey.id, 0, use);
      const expected = { ...passkey, ...use, ...notes, revision: 1 };
      assert.deepEqual(await passkeys().findById(passkey.id), expected);
    });

    it('lets one of 50 updates of one revision win', async () => {
      const passkey = passkeySample();
      await passkeys().insert(passkey);
      await assertOneWinner((i) => passkeys().update({ ...passkey, name: `name ${i}` }, 0));
    });

    it('tells that there is one, and never that there is none', async () => {
      await passkeys().insert(passkeySample());
      assert.equal(await passkeys().isEmpty(), false);
    });

    it('removes one, or all of a user handle', async () => {
      const userHandle = randomId();
      const made = [1, 2, 3].map(() => passkeySample({ userHandle }));
      for (const passkey of made) await passkeys().insert(passkey);
      await assertOneWinner(() => passkeys().remove(String(made[0]?.id)));
      assert.equal(await passkeys().removeByUserHandle(userHandle), 2);
      assert.deepEqual(await passkeys().listByUserHandle(userHandle), []);
    });
  });
}
