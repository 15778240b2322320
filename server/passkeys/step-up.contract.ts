import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import {
  addPasskey,
  deviceHere,
  enrol,
  here,
  type OpenedManager,
  prove,
  refuses,
  rejects,
  signIn,
} from '../testing/authenticator-ceremonies.ts';
import type { PasskeyManager, StepUpOf } from './manager.ts';

type Person = Awaited<ReturnType<typeof enrol>>;

/** A person who is known already shows one of certain passkeys: wherever the manager runs, whatever it keeps things in. */
export function passkeyStepUpContract(open: () => Promise<OpenedManager>): void {
  let opened: OpenedManager;
  let ada: Person;
  let key: Awaited<ReturnType<typeof addPasskey>>;
  before(async () => {
    opened = await open();
    ada = await enrol(opened);
    key = await addPasskey(opened, ada, deviceHere({ synced: false }));
  });
  after(() => opened?.[Symbol.asyncDispose]());

  const begin = (stepUpOf: StepUpOf) =>
    opened.provider.beginAuthentication({ ...here, purpose: 'sign-in', stepUpOf });
  const finish = (response: Parameters<PasskeyManager['finishAuthentication']>[0]['response']) =>
    opened.provider.finishAuthentication({ ...here, purpose: 'sign-in', response });
  const withKey = () => ({ userHandle: ada.userHandle, passkeyIds: [key.passkey.id] });

  describe('a step-up', () => {
    it('asks for the passkeys that would do, tells where they are, and is a sign-in', async () => {
      const { options } = await begin(withKey());
      assert.deepEqual(
        options.allowCredentials?.map(({ id }) => id),
        [key.passkey.id],
      );
      assert.deepEqual(options.hints, ['client-device', 'hybrid']);
      const done = await finish(key.device.get(options));
      assert.equal(done.passkey.id, key.passkey.id);
      assert.equal(done.proof, undefined);
      assert.equal(decodeJwt(done.receipt).purpose, 'sign-in');
    });

    it('W12 takes no other passkey, of the same person neither', async () => {
      const { options } = await begin(withKey());
      const [credential] = ada.device.credentials;
      assert.ok(credential);
      const response = ada.device.get(options, { credential });
      await refuses(opened, finish(response), { reason: 'passkey_not_asked_for' });
    });

    it('W13 takes no passkey of another person, whatever the caller says', async () => {
      const eve = await enrol(opened);
      const mixed = { userHandle: ada.userHandle, passkeyIds: [key.passkey.id, eve.passkey.id] };
      const { options } = await begin(mixed);
      assert.deepEqual(
        options.allowCredentials?.map(({ id }) => id),
        [key.passkey.id],
      );
      const [credential] = eve.device.credentials;
      assert.ok(credential);
      const response = eve.device.get(options, { credential });
      await refuses(opened, finish(response), { reason: 'user_handle_mismatch' });
      await rejects(begin({ userHandle: ada.userHandle, passkeyIds: [eve.passkey.id] }), 'passkey_not_found');
    });

    it('asks for no passkey that is suspended or gone', async () => {
      const lost = await addPasskey(opened, ada, deviceHere({ synced: false }));
      const passkeyId = lost.passkey.id;
      await opened.administration.setPasskeyStatus({ passkeyId, status: 'suspended' });
      await rejects(begin({ userHandle: ada.userHandle, passkeyIds: [passkeyId] }), 'passkey_not_found');
      await rejects(begin({ userHandle: ada.userHandle, passkeyIds: ['AAAA'] }), 'passkey_not_found');
    });

    it('O19 is of a handle and of passkeys, and of nothing else', async () => {
      const odds = [
        {},
        { userHandle: ada.userHandle },
        { userHandle: ada.userHandle, passkeyIds: [] },
        'x',
        null,
      ];
      for (const odd of odds as never[]) await rejects(begin(odd), 'bad_request');
      const crowd = { userHandle: ada.userHandle, passkeyIds: Array(51).fill('AAAA') };
      await rejects(begin(crowd), 'bad_request');
    });
  });

  describe('what a new passkey is made for', () => {
    const ask = async (wishes: object) => {
      const proof = await prove(opened, ada, 'add-passkey');
      const authorization = { userHandle: ada.userHandle, proof };
      const user = { name: 'ada', displayName: 'Ada' };
      return opened.provider.beginRegistration({ ...here, authorization, user, wishes });
    };

    it('is told to the browser: where to make it, and that it is to show its model', async () => {
      const { options } = await ask({ hints: ['security-key', 'client-device'], attestation: 'direct' });
      assert.deepEqual([options.hints, options.attestation], [['security-key', 'client-device'], 'direct']);
    });

    it('changes nothing else of what the manager asks', async () => {
      const { options } = await ask({ userVerification: 'discouraged', attestation: 'direct' });
      assert.equal(options.authenticatorSelection?.userVerification, 'required');
      await rejects(ask({ attestation: 'none' }), 'bad_request');
      await rejects(ask({ hints: ['anywhere'] }), 'bad_request');
    });
  });

  describe('how the user was verified', () => {
    const uvmOf = async (extensions: ReadonlyMap<string, never>) => {
      const { receipt } = await signIn(opened, { device: ada.device, overrides: { extensions } });
      return decodeJwt(receipt).uvm;
    };
    const uvm = (value: unknown) => new Map([['uvm', value as never]]);

    it('W16 is signed as the authenticator signed it', async () => {
      assert.deepEqual(await uvmOf(uvm([[2, 4, 2]])), [2]);
      assert.deepEqual(
        await uvmOf(
          uvm([
            [2, 4, 2],
            [4, 1, 1],
          ]),
        ),
        [2, 4],
      );
    });

    it('W16 is left out where it cannot be read, and nobody is refused for it', async () => {
      for (const odd of [[], 'pin', [[2]], [[2, 4, -2]], [['a', 'b', 'c']], Array(4).fill([2, 4, 2]), 7])
        assert.equal(await uvmOf(uvm(odd)), undefined, JSON.stringify(odd));
      assert.equal(await uvmOf(new Map([['credProtect', 2 as never]])), undefined);
    });
  });
}
