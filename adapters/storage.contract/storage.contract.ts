import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertOneWinner, race } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import {
  accountSample,
  appSample,
  artifactSample,
  challengeSample,
  groupSample,
  installationSample,
  invitationSample,
  now,
  passkeySample,
  signingKeySample,
} from './samples.ts';

/** What an engine does as a whole. */
export function storageContract(name: string, open: Open): void {
  describe(`${name}: storage`, () => {
    const storage = openedOnce(open);

    it('answers a ping and knows its schema', async () => {
      await storage().ping();
      const { stored, code } = await storage().schemaVersion();
      assert.equal(stored, code);
    });

    it('has one installation, whoever of 50 makes it', async () => {
      const stored = await race(() => storage().installation.insertOnce(installationSample()));
      assert.equal(stored.length, 50);
      assert.equal(new Set(stored.map(({ id }) => id)).size, 1);
      assert.deepEqual(await storage().installation.find(), stored[0]);
    });

    it('lets one of 50 change an installation of a revision, and keeps every field', async () => {
      const installation = await storage().installation.insertOnce(installationSample());
      const { revision = 0 } = installation;
      const changed = {
        ...installation,
        keyCheck: 'v1.later.sealed',
        announced: { keyCheck: 'v1.next.sealed', at: now, lackedBy: 'host' },
        previous: { keyCheck: installation.keyCheck, replacedAt: now, rekeyed: 3, finishedAt: now + 1 },
        former: ['v1.later.former'],
        pairwiseSalt: 'v1.later.salt',
      };
      await assertOneWinner(() => storage().installation.update(changed, revision));
      assert.deepEqual(await storage().installation.find(), { ...changed, revision: revision + 1 });
      const { announced, previous, ...settled } = changed;
      assert.equal(await storage().installation.update(settled, revision), false);
      assert.equal(await storage().installation.update(settled, revision + 1), true);
      assert.deepEqual(await storage().installation.find(), { ...settled, revision: revision + 2 });
    });

    it('finds everything again after it was closed and opened', async () => {
      const account = accountSample();
      const artifact = artifactSample();
      const passkey = passkeySample();
      const first = await open();
      await Promise.all([
        first.accounts.insert(account),
        first.artifacts.upsert(artifact),
        first.passkeys.insert(passkey),
      ]);
      await first[Symbol.asyncDispose]();
      await using second = await open();
      assert.deepEqual(await second.accounts.findByUserHandle(String(account.userHandles[0])), account);
      assert.deepEqual(await second.artifacts.find(artifact.id), artifact);
      assert.deepEqual(await second.passkeys.findById(passkey.id), passkey);
    });

    it('refuses what comes after it was closed', async () => {
      const group = groupSample();
      const closing = await open();
      await closing.groups.insert(group);
      await closing[Symbol.asyncDispose]();
      await assert.rejects(closing.groups.insert(groupSample()), {
        name: 'StorageError',
        reason: 'unreachable',
      });
      assert.deepEqual(await storage().groups.findById(group.id), group);
    });

    it('has a new revision after each change of accounts, apps, groups and signing keys by another', async () => {
      await using other = await open();
      const [account, app, group, key] = [
        accountSample(),
        appSample(),
        groupSample(),
        signingKeySample({ status: 'next' }),
      ];
      const changes: (() => Promise<unknown>)[] = [
        () => other.accounts.insert(account),
        () => other.accounts.update(account, 0),
        () => other.accounts.remove(account.id),
        () => other.apps.insert(app),
        () => other.apps.update(app, 0),
        () => other.apps.remove(app.id),
        () => other.groups.insert(group),
        () => other.groups.update(group, 0),
        () => other.groups.remove(group.id),
        () => other.signingKeys.insert(key),
        () => other.signingKeys.recordCurrent(key.id, now),
        () => other.signingKeys.remove(key.id),
      ];
      for (const change of changes) {
        const before = await storage().revision();
        await change();
        assert.notEqual(await storage().revision(), before, change.toString());
      }
    });

    it('keeps its revision when nothing changed that is kept in caches', async () => {
      const account = accountSample();
      await storage().accounts.insert(account);
      const before = await storage().revision();
      await storage().accounts.recordSignIn(account.id, now);
      await storage().artifacts.upsert(artifactSample());
      await storage().apps.update(appSample(), 0);
      assert.equal(await storage().revision(), before);
    });

    it('sweeps every kind of record that expires', async () => {
      const long = now - 9_000_000;
      await storage().artifacts.upsert(artifactSample({ expiresAt: long }));
      await storage().invitations.insert(invitationSample({ expiresAt: long }));
      await storage().challenges.insert(challengeSample({ expiresAt: long }));
      assert.equal(await storage().sweep(long - 1), 0);
      assert.equal(await storage().sweep(long), 3);
    });
  });
}
