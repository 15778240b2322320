import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { encodeCbor } from '../testing/authenticator-cbor.ts';
import {
  addPasskey,
  deviceHere,
  enrol,
  type OpenedManager,
  register,
  rejects,
  signIn,
} from '../testing/authenticator-ceremonies.ts';
import { type AlgorithmName, coseKey, generateKeyPair } from '../testing/authenticator-keys.ts';
import type { CarriedPasskey } from './carried-passkey.ts';

/** Passkeys that people had elsewhere, and passkeys that they take along. */
export function passkeyCarryContract(open: () => Promise<OpenedManager>): void {
  let opened: OpenedManager;
  before(async () => {
    opened = await open();
  });
  after(() => opened?.[Symbol.asyncDispose]());
  const take = async (passkeys: readonly CarriedPasskey[], dryRun = false) =>
    (await opened.administration.importPasskeys({ passkeys, dryRun })).results;
  const give = async (...userHandles: string[]) => opened.administration.exportPasskeys({ userHandles });
  const refusalOf = async (passkey: CarriedPasskey) => (await take([passkey]))[0]?.reason;

  describe('passkeys from elsewhere', () => {
    for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const)
      it(`sign in, and what was unknown of them is known from then on (${algorithm})`, async () => {
        const { device, passkey } = elsewhere({ algorithm });
        assert.deepEqual(await take([passkey]), [{ id: passkey.id, outcome: 'added' }]);
        const signedIn = await signIn(opened, { device });
        assert.equal(signedIn.userHandle, passkey.userHandle);
        assert.equal(signedIn.passkey.createdAt, passkey.createdAt);
        assert.equal(signedIn.passkey.importedAt, opened.clock.now);
        assert.equal(signedIn.passkey.backupEligible, true);
      });

    it('are looked at, and not stored, in a dry run', async () => {
      const { device, passkey } = elsewhere();
      assert.equal((await take([passkey], true))[0]?.outcome, 'added');
      await rejects(signIn(opened, { device }), 'passkey_rejected');
    });

    it('come over once, however often they come', async () => {
      const { passkey } = elsewhere();
      await take([passkey]);
      assert.deepEqual(await take([passkey]), [{ id: passkey.id, outcome: 'present' }]);
      const { events } = await opened.administration.listPasskeyEvents({ limit: 1000 });
      const told = events.filter(({ passkeyId }) => passkeyId === passkey.id);
      assert.deepEqual(
        told.map(({ type }) => type),
        ['passkey_imported'],
      );
    });

    it('are refused one by one, each with its reason', async () => {
      const { passkey } = elsewhere();
      const offCurve = Buffer.from(passkey.publicKey, 'base64url');
      offCurve.writeUInt8(offCurve.readUInt8(20) ^ 1, 20);
      const foreign = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
      const cases: [Partial<CarriedPasskey>, string][] = [
        [{ id: randomBytes(8).toString('base64url') }, 'credential_id_length'],
        [{ id: randomBytes(1024).toString('base64url') }, 'credential_id_length'],
        [{ userHandle: randomBytes(65).toString('base64url') }, 'user_handle_malformed'],
        [{ rpId: 'other.example' }, 'rp_id_not_configured'],
        [{ publicKey: offCurve.toString('base64url') }, 'key_malformed'],
        [
          { publicKey: foreign.export({ type: 'spki', format: 'der' }).toString('base64url') },
          'key_malformed',
        ],
      ];
      for (const [change, reason] of cases) assert.equal(await refusalOf({ ...passkey, ...change }), reason);
      const sound = elsewhere().passkey;
      const [refused, added] = await take([{ ...passkey, rpId: 'other.example' }, sound]);
      assert.deepEqual([refused?.outcome, added?.outcome], ['refused', 'added']);
    });

    it('do not take the place of another with the same id', async () => {
      const { passkey } = elsewhere();
      await take([passkey]);
      const other = elsewhere().passkey;
      assert.equal(await refusalOf({ ...other, id: passkey.id }), 'passkey_registered');
      assert.equal(await refusalOf({ ...passkey, publicKey: other.publicKey }), 'passkey_registered');
    });

    it('are added to nobody who is at home here', async () => {
      const person = await enrol(opened);
      const { userHandle } = person;
      assert.equal(await refusalOf({ ...elsewhere().passkey, userHandle }), 'user_handle_in_use');
      const { device, passkey } = elsewhere();
      await take([passkey]);
      const second = { ...elsewhere().passkey, userHandle: passkey.userHandle };
      assert.equal((await take([second]))[0]?.outcome, 'added');
      opened.clock.now += 1;
      await signIn(opened, { device });
      const third = { ...elsewhere().passkey, userHandle: passkey.userHandle };
      assert.equal(await refusalOf(third), 'user_handle_in_use');
    });

    it('are at most 50 of one person', async () => {
      const { userHandle } = elsewhere().passkey;
      const many = Array.from({ length: 51 }, () => ({ ...elsewhere().passkey, userHandle }));
      const results = await take(many);
      assert.equal(results.filter(({ outcome }) => outcome === 'added').length, 50);
      assert.equal(results.at(-1)?.reason, 'too_many_passkeys');
    });

    it('come and go through the administration alone', async () => {
      for (const caller of [opened.provider, opened.enrolment]) {
        await rejects(caller.importPasskeys({ passkeys: [elsewhere().passkey], dryRun: true }), 'forbidden');
        await rejects(caller.exportPasskeys({ userHandles: ['AAAA'] }), 'forbidden');
      }
    });
  });

  describe('passkeys that go elsewhere', () => {
    it('come over whole, and what was attested is verified again', async () => {
      const { ticket, userHandle } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const device = deviceHere({ aaguid: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd' });
      await register(opened, { device, authorization: { ticket }, overrides: { attestation: 'packed' } });
      const { passkeys, more } = await give(userHandle);
      assert.equal(more, false);
      const id = passkeys[0]?.id ?? '';
      const before = await opened.storage.passkeys.findById(id);
      await opened.administration.removePasskeys({ userHandle });
      assert.deepEqual(await take(passkeys), [{ id, outcome: 'added', evidence: 'verified' }]);
      const { importedAt, ...afterwards } = (await opened.storage.passkeys.findById(id)) ?? {};
      assert.deepEqual(afterwards, before);
      assert.equal(importedAt, opened.clock.now);
      await signIn(opened, { device });
    });

    it('leave evidence behind that does not hold', async () => {
      const { ticket, userHandle } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const device = deviceHere();
      await register(opened, { device, authorization: { ticket }, overrides: { attestation: 'packed' } });
      const [passkey] = (await give(userHandle)).passkeys;
      assert.ok(passkey);
      await opened.administration.removePasskeys({ userHandle });
      const changed = { ...passkey, clientDataJSON: Buffer.from('{}').toString('base64url') };
      assert.equal((await take([changed]))[0]?.evidence, 'dropped');
      const kept = await opened.storage.passkeys.findById(passkey.id);
      assert.deepEqual([kept?.attestation, kept?.attestationObject], [undefined, undefined]);
      await signIn(opened, { device });
    });

    it('are told in parts where there are many', async () => {
      const person = await enrol(opened);
      await addPasskey(opened, person);
      const { passkeys } = await give(person.userHandle);
      const after = passkeys[0]?.id ?? '';
      const rest = await opened.administration.exportPasskeys({ userHandles: [person.userHandle], after });
      assert.deepEqual(rest, { passkeys: passkeys.slice(1), more: false });
      const long = 'A'.repeat(80_000);
      const { userHandle } = elsewhere().passkey;
      for (let count = 0; count < 9; count += 1) {
        const passkey = { ...elsewhere().passkey, userHandle, attestationObject: long };
        await opened.storage.passkeys.insert(await recordWith(passkey));
      }
      const first = await give(userHandle);
      assert.equal(first.more, true);
      const cursor = first.passkeys.at(-1)?.id ?? '';
      const second = await opened.administration.exportPasskeys({ userHandles: [userHandle], after: cursor });
      assert.equal(first.passkeys.length + second.passkeys.length, 9);
      assert.equal(second.more, false);
    });
  });

  async function recordWith(passkey: CarriedPasskey) {
    const { passkey: registered } = await enrol(opened);
    const record = await opened.storage.passkeys.findById(registered.id);
    assert.ok(record);
    return { ...record, ...passkey };
  }
}

/** A person with a passkey that no manager here has seen. */
function elsewhere({ algorithm = 'ES256' }: { algorithm?: AlgorithmName } = {}) {
  const device = deviceHere({ algorithm });
  const { privateKey, publicKey } = generateKeyPair(algorithm);
  const id = randomBytes(32).toString('base64url');
  const userHandle = Buffer.from(crypto.randomUUID()).toString('base64url');
  const rpId = 'example.com';
  device.credentials.push({ id, rpId, userHandle, algorithm, privateKey, counter: 0 });
  const passkey: CarriedPasskey = {
    id,
    publicKey: Buffer.from(encodeCbor(coseKey(algorithm, publicKey))).toString('base64url'),
    userHandle,
    rpId,
    transports: ['internal'],
    name: 'Phone',
    createdAt: Date.UTC(2025, 0, 1),
  };
  return { device, passkey };
}
