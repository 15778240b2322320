import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  addPasskey,
  deviceHere,
  enrol,
  here,
  type OpenedManager,
  openManager,
  origin,
  passkeysOf,
  refuses,
  rejects,
  relyingParties,
  signIn,
} from '../testing/authenticator-ceremonies.ts';
import type { GetOverrides } from '../testing/authenticator-overrides.ts';
import type { RefusalReason } from './refusal.ts';

describe('authentication', () => {
  let opened: OpenedManager;
  before(async () => {
    opened = await openManager();
  });
  after(() => opened[Symbol.asyncDispose]());

  /** Refused for this reason, with nothing changed, and the passkey still signs in. */
  async function refusesSignIn(overrides: GetOverrides, reason: RefusalReason, device = deviceHere()) {
    const person = await enrol(opened, device);
    await signIn(opened, { device });
    const before = await passkeysOf(opened, person.userHandle);
    opened.clock.now += 1;
    await refuses(opened, signIn(opened, { device, overrides }), { reason });
    assert.deepEqual(await passkeysOf(opened, person.userHandle), before);
    await signIn(opened, { device });
  }

  const withClientData = (clientData: Record<string, unknown>) => ({ clientData });
  const member = (name: string, value: string) => (text: string) =>
    text.replace(new RegExp(`"${name}":("[^"]*"|false)`), value);

  describe('client data', () => {
    const malformed: Record<string, (text: string) => string | Uint8Array> = {
      'bytes that are not UTF-8': (text) =>
        Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.of(0xff, 0x7d)]),
      'an origin twice': (text) => text.replace('{', '{"origin":"https://evil.example",'),
      'a type twice, once escaped': (text) => text.replace('{', '{"\\u0074ype":"webauthn.create",'),
      'a __proto__': (text) => text.replace('{', '{"__proto__":{"origin":"https://evil.example"},'),
      'an array': (text) => `[${text}]`,
      null: () => 'null',
      'a number for the type': member('type', '"type":1'),
      'a string for crossOrigin': member('crossOrigin', '"crossOrigin":"false"'),
      'no origin': member('origin', '"other":1'),
      'text after the object': (text) => `${text} true`,
      'two byte order marks': (text) => `\ufeff\ufeff${text}`,
    };
    for (const [what, clientDataJSON] of Object.entries(malformed))
      it(`W3 refuses ${what}`, () => refusesSignIn({ clientDataJSON }, 'client_data_malformed'));

    it('W3 accepts a byte order mark, and members it does not know', async () => {
      const { device } = await enrol(opened);
      await signIn(opened, { device, overrides: { clientDataJSON: (text) => `\ufeff${text}` } });
      const clientData = {
        extra: { type: 'x', origin: ['"', { origin: 1 }] },
        androidPackageName: 'com.example',
      };
      await signIn(opened, { device, overrides: { clientData } });
    });

    it('W3 refuses more than it reads: 1 MiB', () =>
      refusesSignIn(withClientData({ padding: 'x'.repeat(2 ** 20) }), 'response_malformed'));

    for (const type of ['webauthn.create', 'payment.get', 'webauthn.get ', ''])
      it(`W4 refuses the type "${type}"`, () => refusesSignIn(withClientData({ type }), 'type_mismatch'));

    const origins = [
      'https://evil.example',
      'http://login.example.com',
      'https://login.example.com:8443',
      'https://other.login.example.com',
      'https://example.com',
      'https://login.example.com.',
      'https://login.example.com.evil.example',
      'https://login.example.com/',
      'https://LOGIN.example.com',
      'https://login.ехample.com',
      'https://login.xn--xample-2of.com',
      'null',
      'android:apk-key-hash:2jmj7l5rSw0yVb_vlWAYkK_YBwk',
      'https://example.org',
      '',
    ];
    for (const other of origins)
      it(`W6 refuses the origin "${other}"`, () =>
        refusesSignIn(withClientData({ origin: other }), 'origin_not_listed'));

    it('W11 refuses cross-origin use, whatever the top origin', async () => {
      const { device } = await enrol(opened);
      for (const clientData of [
        { crossOrigin: true },
        { crossOrigin: true, topOrigin: 'https://evil.example' },
        { crossOrigin: true, topOrigin: origin },
        { topOrigin: origin },
      ])
        await refuses(opened, signIn(opened, { device, overrides: { clientData } }), {
          reason: 'cross_origin',
        });
      await signIn(opened, { device, overrides: { clientData: { crossOrigin: undefined } } });
    });
  });

  describe('challenge', () => {
    const altered: Record<string, (challenge: string) => string> = {
      'another one': () => 'A'.repeat(43),
      'an empty one': () => '',
      'a padded one': (challenge) => `${challenge}=`,
      'one with a bit changed': (challenge) => (challenge[0] === 'A' ? 'B' : 'A') + challenge.slice(1),
      'one in plain base64': (challenge) => `${challenge}+/`,
    };
    for (const [what, alter] of Object.entries(altered))
      it(`W5 refuses ${what}`, async () => {
        const { device } = await enrol(opened);
        const { options } = await opened.provider.beginAuthentication({ ...here, purpose: 'sign-in' });
        const response = device.get({ ...options, challenge: alter(options.challenge) });
        await refuses(
          opened,
          opened.provider.finishAuthentication({ ...here, purpose: 'sign-in', response }),
          {
            reason: 'challenge_unknown',
            code: 'challenge_expired',
          },
        );
      });

    it('W5 uses a challenge up when its response is refused', async () => {
      const { device } = await enrol(opened);
      const { options } = await opened.provider.beginAuthentication({ ...here, purpose: 'sign-in' });
      const finish = (overrides: GetOverrides) =>
        opened.provider.finishAuthentication({
          ...here,
          purpose: 'sign-in',
          response: device.get(options, overrides),
        });
      await refuses(opened, finish({ flags: { uv: false } }), { reason: 'user_not_verified' });
      await rejects(finish({}), 'challenge_expired');
    });
  });

  describe('authenticator data', () => {
    for (const rpId of ['evil.example', 'login.example.com', 'com', 'example.org'])
      it(`W7 refuses the RP ID ${rpId}`, async () => {
        const device = deviceHere();
        await enrol(opened, device);
        const [credential] = device.credentials;
        assert.ok(credential);
        await refuses(
          opened,
          signIn(opened, { device, overrides: { credential: { ...credential, rpId } } }),
          {
            reason: 'rp_id_mismatch',
          },
        );
      });

    it('W8 refuses without user presence', () => refusesSignIn({ flags: { up: false } }, 'user_not_present'));
    it('W8 refuses without user verification', () =>
      refusesSignIn({ flags: { uv: false } }, 'user_not_verified'));

    it('W9 refuses a backup-eligible flag that flipped', async () => {
      await refusesSignIn({ flags: { be: false, bs: false } }, 'backup_eligible_changed');
      const key = deviceHere({ synced: false });
      await refusesSignIn({ flags: { be: true } }, 'backup_eligible_changed', key);
    });
    it('W9 refuses a backup state without eligibility', () =>
      refusesSignIn({ flags: { be: false, bs: true } }, 'backup_flags_invalid'));
    it('W9 accepts and keeps a backup state that changed, and notes when', async () => {
      const { device, userHandle } = await enrol(opened);
      await signIn(opened, { device });
      assert.equal((await passkeysOf(opened, userHandle))[0]?.backedUpChangedAt, undefined);
      opened.clock.now += 1000;
      const at = opened.clock.now;
      const { passkey } = await signIn(opened, { device, overrides: { flags: { bs: false } } });
      const [kept] = await passkeysOf(opened, userHandle);
      assert.deepEqual(kept, passkey);
      assert.deepEqual([kept?.backedUp, kept?.backedUpChangedAt], [false, at]);
      opened.clock.now += 1000;
      await signIn(opened, { device, overrides: { flags: { bs: false } } });
      assert.equal((await passkeysOf(opened, userHandle))[0]?.backedUpChangedAt, at);
    });
    it('W9 learns the eligibility of an imported passkey at its first use, and holds it to that', async () => {
      const { device, passkey } = await enrol(opened);
      const stored = await opened.storage.passkeys.findById(passkey.id);
      assert.ok(stored);
      const { backupEligible, ...imported } = stored;
      await opened.storage.passkeys.remove(stored.id);
      await opened.storage.passkeys.insert(imported);
      const first = (await signIn(opened, { device, overrides: { flags: { bs: false } } })).passkey;
      assert.deepEqual([first.backupEligible, first.backedUpChangedAt], [backupEligible, undefined]);
      const flipped = signIn(opened, { device, overrides: { flags: { be: false, bs: false } } });
      await refuses(opened, flipped, { reason: 'backup_eligible_changed' });
    });

    const changes: Record<string, [(data: Buffer) => Uint8Array, RefusalReason]> = {
      'truncated data': [(data) => data.subarray(0, 36), 'authenticator_data_malformed'],
      'trailing bytes': [(data) => Buffer.concat([data, Buffer.of(0)]), 'authenticator_data_malformed'],
    };
    for (const [what, [authenticatorData, reason]] of Object.entries(changes))
      it(`W1 refuses ${what}`, () => refusesSignIn({ authenticatorData }, reason));

    it('W16 ignores extensions that were not asked for', async () => {
      const { device } = await enrol(opened);
      await signIn(opened, { device, overrides: { extensions: new Map([['credProtect', 2]]) } });
    });
    it('W16 refuses an ED flag without data, and data that is no map', async () => {
      await refusesSignIn({ flags: { ed: true } }, 'authenticator_data_malformed');
      await refusesSignIn({ extensions: [1] }, 'authenticator_data_malformed');
      await refusesSignIn({ extensions: new Map(), flags: { ed: false } }, 'authenticator_data_malformed');
    });
    it('W16 refuses attested data in an assertion', async () => {
      await refusesSignIn({ flags: { at: true } }, 'authenticator_data_malformed');
      const attested = Buffer.concat([Buffer.alloc(18), Buffer.of(0xa0)]);
      const authenticatorData = (data: Buffer) => Buffer.concat([data, attested]);
      await refusesSignIn({ flags: { at: true }, authenticatorData }, 'attested_data_unexpected');
    });
    it('W16 refuses 1 MB of extensions', () =>
      refusesSignIn({ extensions: new Map([['big', Buffer.alloc(2 ** 20)]]) }, 'response_malformed'));
  });

  describe('counter', () => {
    const policy: [stored: number, received: number, reason: RefusalReason | undefined][] = [
      [10, 9, 'counter_not_increased'],
      [10, 10, 'counter_not_increased'],
      [10, 0, 'counter_not_increased'],
      [2 ** 32 - 1, 0, 'counter_not_increased'],
      [10, 10 + 2 ** 31, 'counter_jumped'],
      [0, 0, undefined],
      [10, 11, undefined],
      [10, 9 + 2 ** 31, undefined],
    ];
    for (const [stored, received, reason] of policy)
      it(`W10 ${reason ? 'refuses' : 'accepts'} ${received} after ${stored}`, async () => {
        const { device, passkey, userHandle } = await enrol(opened);
        const use = { backupEligible: true, backedUp: true, lastUsedAt: opened.clock.now };
        await opened.storage.passkeys.recordUse(passkey.id, 0, { ...use, counter: stored });
        const before = await passkeysOf(opened, userHandle);
        opened.clock.now += 1;
        const attempt = signIn(opened, { device, overrides: { counter: received } });
        if (!reason) return void (await attempt);
        await refuses(opened, attempt, { reason });
        const alert = { counterAlertAt: opened.clock.now, revision: passkey.revision + 1 };
        assert.deepEqual(await passkeysOf(opened, userHandle), [{ ...before[0], ...alert }]);
        assert.deepEqual(opened.refused.at(-1), {
          purpose: 'sign-in',
          passkeyId: passkey.id,
          userHandle,
          reason,
        });
      });

    it('W10 flags nobody for a counter in an assertion that they did not sign', async () => {
      const device = deviceHere({ synced: false });
      const { userHandle } = await enrol(opened, device);
      await signIn(opened, { device });
      const overrides = { counter: 1, signature: (signature: Buffer) => flipped(signature) };
      await refuses(opened, signIn(opened, { device, overrides }), { reason: 'signature_invalid' });
      assert.equal((await passkeysOf(opened, userHandle))[0]?.counterAlertAt, undefined);
    });
    it('W10 flags a passkey that is edited at the same time, and loses neither', async () => {
      const device = deviceHere({ synced: false });
      const { userHandle, passkey } = await enrol(opened, device);
      await signIn(opened, { device });
      const { passkeys } = opened.storage;
      const { findById } = passkeys;
      let edits = 0;
      passkeys.findById = async (id) => {
        const found = await findById(id);
        edits += 1;
        if (found && edits < 3) await passkeys.update({ ...found, name: `edit ${edits}` }, found.revision);
        return found;
      };
      await refuses(opened, signIn(opened, { device, overrides: { counter: 1 } }), {
        reason: 'counter_not_increased',
      });
      passkeys.findById = findById;
      const [flagged] = await passkeysOf(opened, userHandle);
      assert.equal(flagged?.counterAlertAt, opened.clock.now);
      assert.equal(flagged?.name, 'edit 2');
      assert.equal(flagged?.revision, passkey.revision + 3);
    });
  });

  describe('credential and owner', () => {
    it('W12 refuses an unknown credential id', async () => {
      const device = deviceHere();
      await enrol(opened, device);
      const [credential] = device.credentials;
      assert.ok(credential);
      const overrides = { credential: { ...credential, id: 'A'.repeat(43) } };
      await refuses(opened, signIn(opened, { device, overrides }), { reason: 'passkey_unknown' });
    });
    it('W12 refuses the credential id of another person', async () => {
      const victim = await enrol(opened);
      const { device } = await enrol(opened);
      const [credential] = device.credentials;
      assert.ok(credential);
      const { userHandle } = victim;
      const posing = { ...credential, id: victim.passkey.id, userHandle };
      await refuses(opened, signIn(opened, { device, overrides: { credential: posing } }), {
        reason: 'signature_invalid',
      });
    });
    it('W12 refuses an id that is not the raw id', () =>
      refusesSignIn({ response: (response) => ({ ...response, rawId: 'AAAA' }) }, 'response_malformed'));

    it('W13 refuses a sign-in without a user handle, or with another', async () => {
      await refusesSignIn({ userHandle: null }, 'user_handle_missing');
      const other = await enrol(opened);
      await refusesSignIn({ userHandle: other.userHandle }, 'user_handle_mismatch');
      await refusesSignIn({ userHandle: '' }, 'response_malformed');
      await refusesSignIn({ userHandle: Buffer.alloc(65).toString('base64url') }, 'response_malformed');
    });
    it('W13 needs no user handle where the person is known', async () => {
      const { device, userHandle } = await enrol(opened);
      const purpose = 'add-passkey';
      const { options } = await opened.provider.beginAuthentication({ ...here, purpose, userHandle });
      const response = device.get(options, { userHandle: null });
      assert.ok((await opened.provider.finishAuthentication({ ...here, purpose, response })).proof);
    });

    it('refuses a passkey of an RP ID other than the one asked for', async () => {
      const person = await enrol(opened);
      const { passkey } = await addPasskey(opened, person);
      const stored = await opened.storage.passkeys.findById(passkey.id);
      assert.ok(stored && relyingParties[1]);
      await opened.storage.passkeys.update({ ...stored, rpId: relyingParties[1].rpId }, stored.revision);
      const device = deviceHere();
      const [credential] = person.device.credentials;
      assert.ok(credential);
      const overrides = { credential: { ...credential, id: passkey.id } };
      await refuses(opened, signIn(opened, { device, overrides }), { reason: 'rp_id_mismatch' });
    });
  });

  it('O19 refuses responses of the wrong shape', async () => {
    const { device } = await enrol(opened);
    const odd: ((response: object) => unknown)[] = [
      () => null,
      () => 'response',
      () => [],
      () => ({}),
      (response) => ({ ...response, type: 'password' }),
      (response) => ({ ...response, id: { $gt: '' }, rawId: { $gt: '' } }),
      (response) => ({ ...response, response: null }),
      (response) => ({ ...response, id: 'a=', rawId: 'a=' }),
    ];
    for (const response of odd)
      await refuses(opened, signIn(opened, { device, overrides: { response } }), {
        reason: 'response_malformed',
      });
  });
});

function flipped(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return changed;
}
