import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Artifact } from '../../server/storage.ts';
import { assertConflict, assertOneWinner, collectPages, race } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { artifactSample, now, oddStrings, randomId } from './samples.ts';

export function artifactsContract(name: string, open: Open): void {
  describe(`${name}: artifacts`, () => {
    const storage = openedOnce(open);
    const artifacts = () => storage().artifacts;
    const insertAll = async (all: readonly Artifact[]) => {
      for (const artifact of all) await artifacts().upsert(artifact);
    };

    it('keeps every field, and leaves absent ones absent', async () => {
      const bare = artifactSample();
      const full = artifactSample({
        model: 'DeviceCode',
        grantId: randomId(),
        uid: randomId(),
        accountId: randomId(),
        appId: randomId(),
        userCodeHash: randomId(),
        signInId: randomId(),
        consumedAt: now,
      });
      const { expiresAt, ...eternal } = artifactSample();
      await insertAll([bare, full, eternal]);
      assert.deepEqual(await artifacts().find(bare.id), bare);
      assert.deepEqual(await artifacts().find(full.id), full);
      assert.deepEqual(await artifacts().find(eternal.id), eternal);
      assert.deepEqual(await artifacts().findByUserCode(String(full.userCodeHash)), full);
      assert.equal(await artifacts().find(randomId()), undefined);
      assert.equal(await artifacts().findByUserCode(randomId()), undefined);
    });

    it('replaces the whole artifact with an upsert, but keeps that it was consumed', async () => {
      const artifact = artifactSample({ grantId: 'g', accountId: randomId() });
      await artifacts().upsert(artifact);
      assert.equal(await artifacts().recordConsumed(artifact.id, now), true);
      const { grantId, ...rest } = artifact;
      await artifacts().upsert({ ...rest, payload: 'new' });
      assert.deepEqual(await artifacts().find(artifact.id), { ...rest, payload: 'new', consumedAt: now });
      assert.equal(await artifacts().recordConsumed(artifact.id, now + 1), false);
    });

    it('refuses a second session with one uid', async () => {
      const uid = randomId();
      const session = artifactSample({ model: 'Session', uid });
      await insertAll([session, artifactSample({ uid })]);
      await assertConflict(artifacts().upsert({ ...session, id: randomId() }), 'uid');
    });

    it('I3 never loses a mark to 49 that save the same session at once', async () => {
      const session = artifactSample({ model: 'Session', uid: randomId() });
      await artifacts().upsert(session);
      await race<unknown>((i) =>
        i === 25
          ? artifacts().recordConsumed(session.id, now)
          : artifacts().upsert({ ...session, payload: `${i}` }),
      );
      assert.equal((await artifacts().find(session.id))?.consumedAt, now);
    });

    it('F18 lets one of 50 consume an artifact', async () => {
      const artifact = artifactSample({ model: 'AuthorizationCode' });
      await artifacts().upsert(artifact);
      await assertOneWinner((i) => artifacts().recordConsumed(artifact.id, now + i));
      assert.equal(await artifacts().recordConsumed(randomId(), now), false);
    });

    it('inserts one of 50 with one id, and again only after it has expired', async () => {
      const artifact = artifactSample({ model: 'ReplayDetection', expiresAt: now + 10 });
      const insertAt = (at: number) => async () => {
        await artifacts().insert({ ...artifact, expiresAt: at + 10 }, at);
        return true;
      };
      await assertOneWinner(insertAt(now));
      await assertConflict(insertAt(now + 9)(), 'id');
      await artifacts().recordConsumed(artifact.id, now);
      await assertOneWinner(insertAt(now + 10));
      assert.deepEqual(await artifacts().find(artifact.id), { ...artifact, expiresAt: now + 20 });
    });

    it('never replaces by an insert what does not expire', async () => {
      const { expiresAt, ...eternal } = artifactSample();
      await artifacts().insert(eternal, now);
      await assertConflict(artifacts().insert(eternal, Number.MAX_SAFE_INTEGER), 'id');
    });

    it('refuses a user code that another device uses', async () => {
      const userCodeHash = randomId();
      await artifacts().upsert(artifactSample({ model: 'DeviceCode', userCodeHash }));
      await assertConflict(
        artifacts().upsert(artifactSample({ model: 'DeviceCode', userCodeHash })),
        'userCodeHash',
      );
    });

    it('seals an artifact anew for one of 50, finds it by its new id, and keeps that it was consumed', async () => {
      const artifact = artifactSample({ model: 'DeviceCode', userCodeHash: randomId() });
      await artifacts().upsert(artifact);
      await artifacts().recordConsumed(artifact.id, now);
      const anew = () => ({ payload: randomId(), lookupId: randomId(), userCodeHash: randomId() });
      await assertOneWinner(() => artifacts().reseal({ ...artifact, ...anew() }, artifact.payload));
      const stored = await artifacts().find(artifact.id);
      assert.ok(stored?.lookupId && stored.payload !== artifact.payload);
      assert.deepEqual(await artifacts().findByLookupId(stored.lookupId), stored);
      assert.equal(await artifacts().findByUserCode(String(artifact.userCodeHash)), undefined);
      assert.equal(stored.consumedAt, now);
      const { lookupId, consumedAt, ...rest } = stored;
      assert.equal(await artifacts().reseal({ ...rest, payload: 'again' }, stored.payload), true);
      assert.equal(await artifacts().findByLookupId(lookupId), undefined);
      assert.deepEqual(await artifacts().find(artifact.id), { ...rest, payload: 'again', consumedAt });
    });

    it('lists everything in order of id, page by page', async () => {
      const made = [1, 2, 3].map(() => artifactSample());
      await insertAll(made);
      const pages = await collectPages((after) =>
        artifacts().listAll({ limit: 2, ...(after !== undefined && { after }) }),
      );
      const ids = pages.flat().map(({ id }) => id);
      assert.deepEqual(ids, ids.toSorted());
      for (const { id } of made) assert.ok(ids.includes(id));
    });

    it('removes by grant, of one model or of all', async () => {
      const grantId = randomId();
      const models = ['AccessToken', 'AccessToken', 'RefreshToken', 'AuthorizationCode'];
      await insertAll(models.map((model) => artifactSample({ model, grantId })));
      const bystander = artifactSample({ grantId: randomId() });
      await artifacts().upsert(bystander);
      assert.equal(await artifacts().removeByGrant(grantId, 'AccessToken'), 2);
      assert.equal(await artifacts().removeByGrant(grantId), 2);
      assert.equal(await artifacts().removeByGrant(grantId), 0);
      assert.deepEqual(await artifacts().find(bystander.id), bystander);
    });

    it('removes by account and by app', async () => {
      const [accountId, appId] = [randomId(), randomId()];
      await insertAll([
        artifactSample({ accountId, appId }),
        artifactSample({ accountId }),
        artifactSample({ appId }),
      ]);
      assert.equal(await artifacts().removeByAccount(accountId), 2);
      assert.equal(await artifacts().removeByApp(appId), 1);
    });

    it('lists what an app was granted, page by page', async () => {
      const appId = randomId();
      const granted = [1, 2, 3].map(() => artifactSample({ model: 'Grant', appId, grantId: randomId() }));
      const token = artifactSample({ model: 'ClientCredentials', appId });
      await insertAll([...granted, token, artifactSample({ appId }), artifactSample({ model: 'Grant' })]);
      const expected = granted.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const pages = await collectPages((after) =>
        artifacts().listByApp(appId, { model: 'Grant', limit: 2, ...(after && { after }) }),
      );
      assert.deepEqual(pages, [expected.slice(0, 2), expected.slice(2)]);
      const tokens = await artifacts().listByApp(appId, { model: 'ClientCredentials', limit: 2 });
      assert.deepEqual(tokens, { items: [token] });
    });

    it('ends what an account has: marks its sessions, removes the rest, and leaves others alone', async () => {
      const accountId = randomId();
      const session = artifactSample({ model: 'Session', uid: randomId(), accountId });
      const other = artifactSample({ model: 'Session', uid: randomId(), accountId: randomId() });
      const grant = artifactSample({ model: 'Grant', accountId });
      const told = artifactSample({ model: 'Impersonation', accountId });
      await insertAll([session, grant, other, told]);
      assert.equal(await artifacts().endByAccount(accountId, now), 2);
      await artifacts().upsert(session);
      assert.deepEqual(await artifacts().find(session.id), { ...session, consumedAt: now });
      assert.equal(await artifacts().find(grant.id), undefined);
      assert.deepEqual(await artifacts().find(other.id), other);
      assert.deepEqual(await artifacts().find(told.id), told, 'the person may still see it');
      assert.equal(await artifacts().endByAccount(accountId, now + 1), 0);
    });

    it('removes one by id, once', async () => {
      const artifact = artifactSample();
      await artifacts().upsert(artifact);
      await assertOneWinner(() => artifacts().remove(artifact.id));
    });

    it('lists sessions and grants by account', async () => {
      const accountId = randomId();
      const session = artifactSample({ model: 'Session', uid: randomId(), accountId, signInId: randomId() });
      const grant = artifactSample({ model: 'Grant', accountId, signInId: randomId() });
      await insertAll([session, grant, artifactSample({ accountId })]);
      assert.deepEqual(await artifacts().listByAccount(accountId, 'Session'), [session]);
      assert.deepEqual(await artifacts().listByAccount(accountId, 'Grant'), [grant]);
    });

    it('F11 removes what has expired by the clock of the caller, however much it is', async () => {
      const long = now - 1_000_000;
      const expired = Array.from({ length: 700 }, () => artifactSample({ expiresAt: long + 1 }));
      const { expiresAt, ...eternal } = artifactSample();
      await Promise.all(expired.map((artifact) => artifacts().upsert(artifact)));
      const fresh = artifactSample({ expiresAt: long + 2 });
      await insertAll([fresh, eternal]);
      assert.equal(await artifacts().removeExpired(long), 0);
      assert.equal(await artifacts().removeExpired(long + 1), 700);
      assert.deepEqual(await artifacts().find(fresh.id), fresh);
      assert.deepEqual(await artifacts().find(eternal.id), eternal);
    });

    it('keeps 100 kB and odd strings as they are', async () => {
      for (const payload of ['x'.repeat(100_000), ...oddStrings]) {
        const artifact = artifactSample({ id: `${payload.slice(0, 20)}${randomId()}`, payload });
        await artifacts().upsert(artifact);
        assert.deepEqual(await artifacts().find(artifact.id), artifact);
      }
    });
  });
}
