import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  addPasskey,
  deviceHere,
  enrol,
  here,
  type OpenedManager,
  origin,
  passkeysOf,
  prove,
  refuses,
  register,
  rejects,
  signIn,
} from '../testing/authenticator-ceremonies.ts';
import type { PasskeyManager } from './manager.ts';
import type { Passkey } from './passkey.ts';
import { permissions } from './permissions.ts';

/** The manager itself authorizes: what a provider that turned against it, and anybody else, cannot talk it into. */
export function passkeyAuthorizationContract(open: () => Promise<OpenedManager>): void {
  let opened: OpenedManager;
  before(async () => {
    opened = await open();
  });
  after(() => opened?.[Symbol.asyncDispose]());
  const user = { name: 'ada', displayName: 'Ada' };
  const begin = (authorization: Parameters<PasskeyManager['beginRegistration']>[0]['authorization']) =>
    opened.provider.beginRegistration({ ...here, authorization, user });

  describe('callers', () => {
    it('lets each caller use its own methods alone', async () => {
      const names = Object.keys(opened.provider) as (keyof PasskeyManager)[];
      assert.ok(names.length >= 12);
      for (const identity of ['provider', 'enrolment', 'administration'] as const)
        for (const name of names.filter((method) => !permissions[identity].includes(method)))
          await rejects(opened[identity][name]({} as never), 'forbidden');
    });

    it('gives the provider no ticket', async () => {
      for (const purpose of ['first', 'recovery', 'additional'] as const)
        await rejects(opened.provider.issueTicket({ purpose, userHandle: 'AAAA', minutes: 5 }), 'forbidden');
    });

    it('O19 takes strings where strings are due', async () => {
      const odds = [
        { $gt: '' },
        { length: { valueOf: 1, toString: 1 } },
        ['a'],
        7,
        null,
        '',
        'x'.repeat(5000),
      ];
      for (const odd of odds as never[]) {
        await rejects(opened.provider.listPasskeys({ userHandle: odd }), 'bad_request');
        await rejects(begin({ ticket: odd }), 'bad_request');
        const input = { ...here, browser: odd, purpose: 'sign-in' } as const;
        await rejects(opened.provider.beginAuthentication(input), 'bad_request');
      }
    });

    it('takes RP ID and origin from its own settings, not from a caller', async () => {
      const { ticket } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const wishes = {
        rpId: 'evil.example',
        origin: 'https://evil.example',
        userVerification: 'discouraged',
      };
      const input = { ...here, ...wishes, authorization: { ticket }, user };
      const { options } = await opened.provider.beginRegistration(input);
      assert.equal(options.rp.id, 'example.com');
      assert.equal(options.authenticatorSelection?.userVerification, 'required');
      const response = deviceHere({ origin: wishes.origin }).create(options);
      const attempt = opened.provider.finishRegistration({ ...here, ...wishes, response });
      await refuses(opened, attempt, { reason: 'origin_not_listed' });
      await register(opened, { device: deviceHere(), authorization: { ticket } });
    });
  });

  describe('proofs', () => {
    it('W19 registers nothing for a person with passkeys without a proof', async () => {
      const { userHandle } = await enrol(opened);
      await rejects(begin({ userHandle, proof: 'A'.repeat(43) }), 'confirmation_required');
      await rejects(opened.enrolment.issueTicket({ purpose: 'first', userHandle, minutes: 5 }), 'conflict');
      assert.equal((await passkeysOf(opened, userHandle)).length, 1);
    });

    it('W19 takes a proof for its purpose, person and browser alone, for five minutes', async () => {
      const person = await enrol(opened);
      const stranger = await enrol(opened);
      const { userHandle } = person;
      const rename = await prove(opened, person, 'rename-passkey');
      await rejects(begin({ userHandle, proof: rename }), 'confirmation_required');
      const proof = await prove(opened, person, 'add-passkey');
      await rejects(begin({ userHandle: stranger.userHandle, proof }), 'confirmation_required');
      const elsewhere = { ...here, browser: 'browser-2', authorization: { userHandle, proof }, user };
      await rejects(opened.provider.beginRegistration(elsewhere), 'confirmation_required');
      const { options } = await begin({ userHandle, proof });
      opened.clock.now += 5 * 60 * 1000;
      await rejects(begin({ userHandle, proof }), 'confirmation_required');
      const response = deviceHere().create(options);
      await rejects(opened.provider.finishRegistration({ ...here, response }), 'challenge_expired');
      assert.equal((await passkeysOf(opened, userHandle)).length, 1);
    });

    it('W19 renames and removes nothing without the proof for it', async () => {
      const person = await enrol(opened);
      const second = await addPasskey(opened, person);
      const passkeys = await passkeysOf(opened, person.userHandle);
      const add = await prove(opened, person, 'add-passkey');
      const before = await passkeysOf(opened, person.userHandle);
      assert.equal(before.length, passkeys.length);
      for (const proof of [add, 'A'.repeat(43)]) {
        const edit = { ...here, userHandle: person.userHandle, passkeyId: second.passkey.id, proof };
        await rejects(opened.provider.renamePasskey({ ...edit, name: 'Mine' }), 'confirmation_required');
        await rejects(opened.provider.removePasskey(edit), 'confirmation_required');
      }
      assert.deepEqual(await passkeysOf(opened, person.userHandle), before);
    });

    it('W12 takes no proof to the passkey of another person', async () => {
      const person = await enrol(opened);
      const victim = await enrol(opened);
      await addPasskey(opened, victim);
      const before = await passkeysOf(opened, victim.userHandle);
      const target = { ...here, userHandle: person.userHandle, passkeyId: victim.passkey.id };
      const rename = await prove(opened, person, 'rename-passkey');
      await rejects(
        opened.provider.renamePasskey({ ...target, proof: rename, name: 'x' }),
        'passkey_not_found',
      );
      const remove = await prove(opened, person, 'remove-passkey');
      await rejects(opened.provider.removePasskey({ ...target, proof: remove }), 'passkey_not_found');
      assert.deepEqual(await passkeysOf(opened, victim.userHandle), before);
    });

    it('W12 gives no proof for an assertion by somebody else, or for another purpose', async () => {
      const victim = await enrol(opened);
      const attacker = await enrol(opened);
      const { userHandle } = victim;
      const purpose = 'add-passkey';
      const [credential] = attacker.device.credentials;
      assert.ok(credential);
      const { options } = await opened.provider.beginAuthentication({ ...here, purpose, userHandle });
      const response = attacker.device.get(options, { credential });
      const attempt = opened.provider.finishAuthentication({ ...here, purpose, response });
      await refuses(opened, attempt, { reason: 'user_handle_mismatch' });
      const signingIn = await opened.provider.beginAuthentication({ ...here, purpose: 'sign-in' });
      const assertion = victim.device.get(signingIn.options);
      const relabelled = opened.provider.finishAuthentication({ ...here, purpose, response: assertion });
      await refuses(opened, relabelled, { reason: 'purpose_mismatch' });
    });

    it('ends proofs and begun registrations when the passkeys are recovered or suspended', async () => {
      const person = await enrol(opened);
      const { userHandle } = person;
      const proof = await prove(opened, person, 'add-passkey');
      const { options } = await begin({ userHandle, proof });
      const { ticket } = await opened.administration.issueTicket({
        purpose: 'recovery',
        userHandle,
        minutes: 60,
      });
      const recovered = await register(opened, { device: deviceHere(), authorization: { ticket } });
      await rejects(begin({ userHandle, proof }), 'confirmation_required');
      const response = deviceHere().create(options);
      await refuses(opened, opened.provider.finishRegistration({ ...here, response }), {
        reason: 'proof_unusable',
        code: 'confirmation_required',
      });
      const active = (await passkeysOf(opened, userHandle)).filter(({ status }) => status === 'active');
      assert.deepEqual(active, [recovered.passkey]);
    });
  });

  describe('tickets', () => {
    it('W20 uses a ticket once, also twice at the same time', async () => {
      const { ticket, userHandle } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const attempts = [1, 2, 3, 4].map(() =>
        register(opened, { device: deviceHere(), authorization: { ticket } }),
      );
      const answers = await Promise.allSettled(attempts);
      assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const answer of answers)
        if (answer.status === 'rejected') assert.equal(answer.reason.code, 'link_invalid');
      assert.equal((await passkeysOf(opened, userHandle)).length, 1);
      await rejects(begin({ ticket }), 'link_invalid');
    });

    it('W20 refuses an expired, an unknown and an overtaken ticket', async () => {
      await rejects(begin({ ticket: 'A'.repeat(43) }), 'link_invalid');
      const { ticket, userHandle } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const other = await opened.enrolment.issueTicket({ purpose: 'first', userHandle, minutes: 5 });
      const { options } = await begin(other);
      await register(opened, { device: deviceHere(), authorization: { ticket } });
      await rejects(begin({ ticket: other.ticket }), 'link_invalid');
      const response = deviceHere().create(options);
      await rejects(opened.provider.finishRegistration({ ...here, response }), 'link_invalid');
      assert.equal((await passkeysOf(opened, userHandle)).length, 1);
      const late = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      opened.clock.now += 5 * 60 * 1000;
      await rejects(begin({ ticket: late.ticket }), 'link_invalid');
    });

    it('W20 registers at most one passkey with two tickets for the first one', async () => {
      const first = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const { userHandle } = first;
      const second = await opened.enrolment.issueTicket({ purpose: 'first', userHandle, minutes: 5 });
      const answers = await Promise.allSettled(
        [first, second].map(({ ticket }) =>
          register(opened, { device: deviceHere(), authorization: { ticket } }),
        ),
      );
      const registered = answers.filter(({ status }) => status === 'fulfilled').length;
      assert.ok(registered <= 1);
      assert.equal((await passkeysOf(opened, userHandle)).length, registered);
    });

    it('W20 keeps a ticket when a response is refused', async () => {
      const { ticket } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const authorization = { ticket };
      const overrides = { flags: { uv: false } };
      const attempt = register(opened, { device: deviceHere(), authorization, overrides });
      await refuses(opened, attempt, { reason: 'user_not_verified' });
      await register(opened, { device: deviceHere(), authorization });
    });

    it('W20 binds a ticket to its person', async () => {
      const issued = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const { userHandle } = await register(opened, { device: deviceHere(), authorization: issued });
      assert.equal(userHandle, issued.userHandle);
    });

    it('recovers a person: the new passkey is unconfirmed, the others are suspended', async () => {
      const person = await enrol(opened);
      const { userHandle } = person;
      const second = await addPasskey(opened, person);
      const { ticket } = await opened.administration.issueTicket({
        purpose: 'recovery',
        userHandle,
        minutes: 60,
      });
      await signIn(opened, person);
      const device = deviceHere();
      const { passkey } = await register(opened, { device, authorization: { ticket } });
      assert.equal(passkey.assurance, 'unconfirmed');
      for (const lost of [person, second])
        await refuses(opened, signIn(opened, lost), { reason: 'passkey_suspended' });
      assert.equal((await signIn(opened, { device })).passkey.assurance, 'unconfirmed');
      const passkeyId = passkey.id;
      const confirmed = await opened.administration.confirmPasskey({ passkeyId });
      assert.equal(confirmed.passkey.assurance, 'confirmed');
    });

    it('O20 takes no more than fifty passkeys of one person', async () => {
      const person = await enrol(opened);
      const [kept] = await opened.storage.passkeys.listByUserHandle(person.userHandle);
      for (let n = 0; n < 49; n += 1)
        await opened.storage.passkeys.insert({ ...kept, id: `${person.passkey.id}${n}` } as Passkey);
      await rejects(addPasskey(opened, person), 'too_many_passkeys');
    });

    it('W19 leaves a passkey that an unconfirmed one has added as unconfirmed as that', async () => {
      const { userHandle } = await enrol(opened);
      const issued = await opened.administration.issueTicket({
        purpose: 'recovery',
        userHandle,
        minutes: 60,
      });
      const recovered = { device: deviceHere(), userHandle };
      const { passkey } = await register(opened, { ...recovered, authorization: issued });
      const added = await addPasskey(opened, recovered);
      assert.equal(added.passkey.assurance, 'unconfirmed');
      await opened.administration.confirmPasskey({ passkeyId: passkey.id });
      assert.equal((await addPasskey(opened, recovered)).passkey.assurance, 'confirmed');
    });

    it('adds one with an additional ticket, confirmed and beside the others', async () => {
      const person = await enrol(opened);
      const { userHandle } = person;
      const issued = await opened.administration.issueTicket({
        purpose: 'additional',
        userHandle,
        minutes: 60,
      });
      const { passkey } = await register(opened, { device: deviceHere(), authorization: issued });
      assert.equal(passkey.assurance, 'confirmed');
      await signIn(opened, person);
    });
  });

  describe('places', () => {
    it("W18 refuses an answer in another browser's ceremony, or in another interaction", async () => {
      const { device } = await enrol(opened);
      for (const [context, reason] of [
        [{ ...here, browser: 'browser-2' }, 'browser_mismatch'],
        [{ ...here, interaction: 'interaction-2' }, 'interaction_mismatch'],
      ] as const) {
        const { options } = await opened.provider.beginAuthentication({ ...here, purpose: 'sign-in' });
        const response = device.get(options);
        const answer = (place: typeof here) =>
          opened.provider.finishAuthentication({ ...place, purpose: 'sign-in', response });
        await refuses(opened, answer(context), { reason });
        await rejects(answer(here), 'challenge_expired');
      }
    });

    it('W18 refuses a registration that is finished in another browser', async () => {
      const { ticket, userHandle } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const { options } = await begin({ ticket });
      const response = deviceHere().create(options);
      const elsewhere = { ...here, browser: 'browser-2', response };
      await refuses(opened, opened.provider.finishRegistration(elsewhere), { reason: 'browser_mismatch' });
      assert.deepEqual(await passkeysOf(opened, userHandle), []);
    });

    it('W4 answers a sign-in with no registration, and a registration with no sign-in', async () => {
      const { ticket } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const registering = await begin({ ticket });
      const { device } = await enrol(opened);
      const response = device.get({ challenge: registering.options.challenge, rpId: 'example.com' });
      const attempt = opened.provider.finishAuthentication({ ...here, purpose: 'sign-in', response });
      await refuses(opened, attempt, { reason: 'purpose_mismatch' });
      const { options } = await opened.provider.beginAuthentication({ ...here, purpose: 'sign-in' });
      const created = deviceHere().create({ ...registering.options, challenge: options.challenge });
      const other = opened.provider.finishRegistration({ ...here, response: created });
      await refuses(opened, other, { reason: 'purpose_mismatch' });
    });

    it('takes every origin that is listed for the RP ID', async () => {
      const { device } = await enrol(opened, deviceHere({ origin: 'https://id.example.com' }));
      assert.equal((await signIn(opened, { device })).passkey.origin, 'https://id.example.com');
      const [credential] = device.credentials;
      assert.ok(credential);
      await signIn(opened, { device: deviceHere({ origin }), overrides: { credential } });
    });
  });
}
