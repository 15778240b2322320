import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  addPasskey,
  deviceHere,
  enrol,
  here,
  type OpenedManager,
  passkeysOf,
  prove,
  refuses,
  register,
  rejects,
  signIn,
} from '../testing/authenticator-ceremonies.ts';

/** What a passkey manager must do, wherever it runs and whatever it keeps its records in. */
export function passkeyManagerContract(open: () => Promise<OpenedManager>): void {
  let opened: OpenedManager;
  before(async () => {
    opened = await open();
  });
  after(() => opened?.[Symbol.asyncDispose]());

  describe('ceremonies', () => {
    for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const)
      it(`registers a passkey and signs in with it (${algorithm})`, async () => {
        const { device, userHandle, passkey } = await enrol(opened, deviceHere({ algorithm }));
        const signedIn = await signIn(opened, { device });
        assert.equal(signedIn.userHandle, userHandle);
        assert.equal(signedIn.passkey.id, passkey.id);
        assert.equal(signedIn.at, opened.clock.now);
        assert.equal(signedIn.passkey.lastUsedAt, opened.clock.now);
        assert.equal(signedIn.proof, undefined);
      });

    it('accepts self attestation and keeps it', async () => {
      const device = deviceHere();
      const { ticket } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const overrides = { attestation: 'packed' } as const;
      const { passkey } = await register(opened, { device, authorization: { ticket }, overrides });
      const stored = await opened.storage.passkeys.findById(passkey.id);
      assert.ok(stored?.attestationObject && stored.clientDataJSON);
    });

    it('gives facts without key and evidence, and names a passkey after its provider', async () => {
      const { passkey } = await enrol(opened, deviceHere({ aaguid: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd' }));
      assert.equal(passkey.name, 'Apple Passwords');
      assert.equal(passkey.model, 'Apple Passwords');
      assert.equal(passkey.assurance, 'confirmed');
      for (const member of ['publicKey', 'attestationObject', 'clientDataJSON'])
        assert.equal(member in passkey, false);
      const { passkey: nameless } = await enrol(opened);
      assert.equal(nameless.name, 'Passkey');
    });

    it('offers a discoverable credential with user verification, and leaves known passkeys out', async () => {
      const person = await enrol(opened);
      const proof = await prove(opened, person, 'add-passkey');
      const { options } = await opened.provider.beginRegistration({
        ...here,
        authorization: { userHandle: person.userHandle, proof },
        user: { name: 'ada', displayName: 'Ada' },
      });
      assert.equal(options.attestation, 'none');
      assert.equal(options.timeout, 300_000);
      assert.equal(options.authenticatorSelection?.residentKey, 'required');
      assert.equal(options.authenticatorSelection?.userVerification, 'required');
      assert.deepEqual(
        options.pubKeyCredParams.map(({ alg }) => alg),
        [-8, -7, -257],
      );
      assert.deepEqual(
        options.excludeCredentials?.map(({ id }) => id),
        [person.passkey.id],
      );
      assert.equal(options.user.id, person.userHandle);
    });

    it('asks anybody at a sign-in, and a known person for their passkeys alone', async () => {
      const person = await enrol(opened);
      const { options } = await opened.provider.beginAuthentication({ ...here, purpose: 'sign-in' });
      assert.equal(options.allowCredentials, undefined);
      assert.equal(options.userVerification, 'required');
      const { userHandle } = person;
      const known = await opened.provider.beginAuthentication({
        ...here,
        purpose: 'add-passkey',
        userHandle,
      });
      assert.deepEqual(known.options.allowCredentials, [
        { id: person.passkey.id, type: 'public-key', transports: ['hybrid', 'internal'] },
      ]);
    });

    it('W5 refuses a second answer to one challenge', async () => {
      const { device } = await enrol(opened);
      const { options } = await opened.provider.beginAuthentication({ ...here, purpose: 'sign-in' });
      const answer = () =>
        opened.provider.finishAuthentication({ ...here, purpose: 'sign-in', response: device.get(options) });
      await answer();
      await refuses(opened, answer(), { reason: 'challenge_unknown', code: 'challenge_expired' });
    });

    it('W5 refuses an answer after five minutes', async () => {
      const { device } = await enrol(opened);
      const { options } = await opened.provider.beginAuthentication({ ...here, purpose: 'sign-in' });
      opened.clock.now += 5 * 60 * 1000;
      const response = device.get(options);
      await refuses(opened, opened.provider.finishAuthentication({ ...here, purpose: 'sign-in', response }), {
        reason: 'challenge_unknown',
        code: 'challenge_expired',
      });
    });

    it('F18 answers one of 20 uses of one challenge at once', async () => {
      const { device } = await enrol(opened);
      const { options } = await opened.provider.beginAuthentication({ ...here, purpose: 'sign-in' });
      const response = device.get(options);
      const answers = await Promise.allSettled(
        Array.from({ length: 20 }, () =>
          opened.provider.finishAuthentication({ ...here, purpose: 'sign-in', response }),
        ),
      );
      assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    it('W10 lets concurrent sign-ins of one synced passkey through', async () => {
      const { device } = await enrol(opened);
      await Promise.all(Array.from({ length: 10 }, () => signIn(opened, { device })));
    });

    it('W10 lets at most one of two concurrent uses with the same counter through', async () => {
      const { device } = await enrol(opened, deviceHere({ synced: false }));
      const uses = [7, 7, 7].map((counter) => signIn(opened, { device, overrides: { counter } }));
      const answers = await Promise.allSettled(uses);
      assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    it('W14 registers a credential id once over all people, also at the same time', async () => {
      const credentialId = crypto.getRandomValues(new Uint8Array(32));
      const attempts = Array.from({ length: 5 }, async () => {
        const { ticket } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
        const overrides = { credentialId };
        return register(opened, { device: deviceHere(), authorization: { ticket }, overrides });
      });
      const answers = await Promise.allSettled(attempts);
      assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const answer of answers)
        if (answer.status === 'rejected') assert.equal(answer.reason.code, 'passkey_exists');
    });

    it('keeps neither a challenge, a ticket nor a proof by its value', async () => {
      const person = await enrol(opened);
      const { ticket } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const proof = await prove(opened, person, 'rename-passkey');
      const { options } = await opened.provider.beginAuthentication({ ...here, purpose: 'sign-in' });
      const { challenges, tickets, proofs } = opened.storage;
      assert.equal(await tickets.find(ticket, opened.clock.now), undefined);
      assert.equal(await proofs.find(proof, opened.clock.now), undefined);
      assert.equal(await challenges.take(options.challenge, opened.clock.now), undefined);
    });
  });

  describe('operations', () => {
    it('renames a passkey with a proof, and again within its five minutes', async () => {
      const person = await enrol(opened);
      const proof = await prove(opened, person, 'rename-passkey');
      const edit = { ...here, userHandle: person.userHandle, passkeyId: person.passkey.id, proof };
      assert.equal((await opened.provider.renamePasskey({ ...edit, name: ' Phone ' })).passkey.name, 'Phone');
      await opened.provider.renamePasskey({ ...edit, name: 'Träumerei 🔑' });
      assert.equal((await passkeysOf(opened, person.userHandle))[0]?.name, 'Träumerei 🔑');
      opened.clock.now += 5 * 60 * 1000;
      await rejects(opened.provider.renamePasskey({ ...edit, name: 'Late' }), 'confirmation_required');
    });

    it('refuses a name that is empty, long, or steers text', async () => {
      const person = await enrol(opened);
      const proof = await prove(opened, person, 'rename-passkey');
      const edit = { ...here, userHandle: person.userHandle, passkeyId: person.passkey.id, proof };
      for (const name of ['', '  ', 'x'.repeat(65), 'a\u0000b', 'a\nb', '\u202eevil', 'a\u2028b'])
        await rejects(opened.provider.renamePasskey({ ...edit, name }), 'field_invalid');
      assert.deepEqual(
        await passkeysOf(opened, person.userHandle),
        [person.passkey].map((passkey) => ({
          ...passkey,
          lastUsedAt: opened.clock.now,
        })),
      );
    });

    it('removes a passkey, after which it signs nobody in', async () => {
      const person = await enrol(opened);
      const second = await addPasskey(opened, person);
      const proof = await prove(opened, person, 'remove-passkey');
      const removal = { ...here, userHandle: person.userHandle, passkeyId: second.passkey.id, proof };
      assert.deepEqual(await opened.provider.removePasskey(removal), { removed: true });
      await refuses(opened, signIn(opened, { device: second.device }), { reason: 'passkey_unknown' });
      await rejects(opened.provider.removePasskey(removal), 'passkey_not_found');
    });

    it('W19 refuses to remove the last active passkey', async () => {
      const person = await enrol(opened);
      const proof = await prove(opened, person, 'remove-passkey');
      const removal = { ...here, userHandle: person.userHandle, passkeyId: person.passkey.id, proof };
      await rejects(opened.provider.removePasskey(removal), 'last_passkey');
      const second = await addPasskey(opened, person);
      const passkeyId = second.passkey.id;
      await opened.administration.setPasskeyStatus({ passkeyId, status: 'suspended' });
      const again = await prove(opened, person, 'remove-passkey');
      await rejects(opened.provider.removePasskey({ ...removal, proof: again }), 'last_passkey');
      await opened.provider.removePasskey({ ...removal, passkeyId, proof: again });
      await signIn(opened, person);
    });

    it('W19 leaves a passkey when all are removed at the same time', async () => {
      const person = await enrol(opened);
      const others = [await addPasskey(opened, person), await addPasskey(opened, person)];
      const proof = await prove(opened, person, 'remove-passkey');
      const { userHandle } = person;
      await Promise.allSettled(
        [person, ...others].map(({ passkey }) =>
          opened.provider.removePasskey({ ...here, userHandle, passkeyId: passkey.id, proof }),
        ),
      );
      const left = await passkeysOf(opened, userHandle);
      assert.ok(left.some(({ status }) => status === 'active'));
      assert.ok(left.every(({ status }) => status === 'active'));
    });

    it('refuses a suspended passkey until it is active again', async () => {
      const { device, passkey } = await enrol(opened);
      const passkeyId = passkey.id;
      await opened.administration.setPasskeyStatus({ passkeyId, status: 'suspended' });
      await refuses(opened, signIn(opened, { device }), { reason: 'passkey_suspended' });
      await opened.administration.setPasskeyStatus({ passkeyId, status: 'active' });
      await signIn(opened, { device });
    });

    it('removes all passkeys of a person', async () => {
      const person = await enrol(opened);
      await addPasskey(opened, person);
      const { userHandle } = person;
      assert.deepEqual(await opened.administration.removePasskeys({ userHandle }), { removed: 2 });
      assert.deepEqual(await passkeysOf(opened, userHandle), []);
    });

    it('sweeps what has expired by its own clock, whatever the caller says', async () => {
      opened.clock.now += 60 * 60 * 1000;
      await opened.provider.sweep({ now: opened.clock.now });
      const { ticket } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 10 });
      await opened.provider.beginAuthentication({ ...here, purpose: 'sign-in' });
      assert.deepEqual(await opened.provider.sweep({ now: opened.clock.now * 2 }), { removed: 0 });
      await register(opened, { device: deviceHere(), authorization: { ticket } });
      opened.clock.now += 60 * 60 * 1000;
      assert.deepEqual(await opened.provider.sweep({ now: opened.clock.now }), { removed: 1 });
    });
  });
}
