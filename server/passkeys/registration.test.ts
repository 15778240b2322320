import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { encodeCbor } from '../testing/authenticator-cbor.ts';
import {
  deviceHere,
  enrol,
  here,
  type OpenedManager,
  openManager,
  origin,
  passkeysOf,
  prove,
  refuses,
  register,
  rejects,
} from '../testing/authenticator-ceremonies.ts';
import type { CreateOverrides } from '../testing/authenticator-overrides.ts';
import { hardwareModel } from '../testing/hardware-key.ts';
import type { RefusalReason } from './refusal.ts';

describe('registration', () => {
  let opened: OpenedManager;
  before(async () => {
    opened = await openManager();
  });
  after(() => opened[Symbol.asyncDispose]());

  /** Refused for this reason; nothing is stored, and the ticket still serves the person. */
  async function refusesNew(overrides: CreateOverrides, reason: RefusalReason, device = deviceHere()) {
    const { ticket, userHandle } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 60 });
    const authorization = { ticket };
    await refuses(opened, register(opened, { device, authorization, overrides }), { reason });
    assert.deepEqual(await passkeysOf(opened, userHandle), []);
    await register(opened, { device: deviceHere(), authorization });
  }

  async function accepts(overrides: CreateOverrides, device = deviceHere()) {
    const { ticket } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 60 });
    return register(opened, { device, authorization: { ticket }, overrides });
  }

  describe('client data', () => {
    it('W3 refuses what is not one strict JSON object, and accepts a byte order mark', async () => {
      const twice = (text: string) => text.replace('{', '{"challenge":"AAAA",');
      await refusesNew({ clientDataJSON: twice }, 'client_data_malformed');
      await refusesNew({ clientDataJSON: () => '[]' }, 'client_data_malformed');
      await refusesNew({ clientDataJSON: () => Buffer.of(0xc0, 0x80) }, 'client_data_malformed');
      await accepts({ clientDataJSON: (text) => `\ufeff${text}` });
    });
    for (const type of ['webauthn.get', 'payment.get'])
      it(`W4 refuses the type ${type}`, () => refusesNew({ clientData: { type } }, 'type_mismatch'));
    for (const other of ['https://evil.example', 'http://login.example.com', 'https://example.org', 'null'])
      it(`W6 refuses the origin ${other}`, () =>
        refusesNew({ clientData: { origin: other } }, 'origin_not_listed'));
    it('W11 refuses cross-origin use, whatever the top origin', async () => {
      await refusesNew({ clientData: { crossOrigin: true } }, 'cross_origin');
      await refusesNew({ clientData: { topOrigin: origin } }, 'cross_origin');
    });
    it('W5 refuses a challenge that was never issued, or was answered', async () => {
      const { ticket } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 60 });
      const user = { name: 'ada', displayName: 'Ada' };
      const { options } = await opened.provider.beginRegistration({
        ...here,
        authorization: { ticket },
        user,
      });
      const device = deviceHere();
      const guess = device.create({ ...options, challenge: 'A'.repeat(43) });
      const attempt = opened.provider.finishRegistration({ ...here, response: guess });
      await refuses(opened, attempt, { reason: 'challenge_unknown', code: 'challenge_expired' });
      const response = device.create(options);
      await opened.provider.finishRegistration({ ...here, response });
      await rejects(opened.provider.finishRegistration({ ...here, response }), 'challenge_expired');
    });
  });

  describe('authenticator data', () => {
    it('W7 refuses the hash of another RP ID', () =>
      refusesNew({ rpIdHash: randomBytes(32) }, 'rp_id_mismatch'));
    it('W8 refuses without user presence', () => refusesNew({ flags: { up: false } }, 'user_not_present'));
    it('W8 refuses without user verification', () =>
      refusesNew({ flags: { uv: false } }, 'user_not_verified'));
    it('W9 refuses a backup state without eligibility', () =>
      refusesNew({ flags: { be: false, bs: true } }, 'backup_flags_invalid'));
    it('refuses without attested credential data', async () => {
      const authenticatorData = (data: Buffer) => data.subarray(0, 37);
      await refusesNew({ flags: { at: false }, authenticatorData }, 'attested_data_missing');
    });
    it('W16 ignores extensions that were not asked for', () =>
      accepts({ extensions: new Map([['credProtect', 2]]) }).then(() => {}));
    it('W16 refuses an ED flag without data, data without the flag, and 1 MB of it', async () => {
      await refusesNew({ flags: { ed: true } }, 'authenticator_data_malformed');
      await refusesNew({ extensions: new Map(), flags: { ed: false } }, 'authenticator_data_malformed');
      await refusesNew({ extensions: new Map([['big', Buffer.alloc(2 ** 20)]]) }, 'response_malformed');
    });
  });

  describe('CBOR', () => {
    const nested = Buffer.concat([Buffer.alloc(10_000, 0x81), Buffer.of(0)]);
    const item = (raw: Buffer) => ({ attStmt: { raw } });
    const cases: Record<string, CreateOverrides> = {
      'a truncated object': { attestationObject: (bytes) => bytes.subarray(0, -1) },
      'an object cut in its first string': { attestationObject: (bytes) => bytes.subarray(0, 4) },
      'trailing bytes': { attestationObject: (bytes) => Buffer.concat([bytes, Buffer.of(0)]) },
      'no map': { attestationObject: () => encodeCbor(['fmt', 'none']) },
      'an indefinite map': item(Buffer.of(0xbf, 0xff)),
      'an indefinite string': item(Buffer.of(0x5f, 0x41, 0, 0xff)),
      'duplicate keys': item(Buffer.from('a2616101616102', 'hex')),
      'a statement that is no map': item(Buffer.of(0x80)),
      'nesting of 10,000': item(nested),
      'a length of 2^63': item(Buffer.from('5b8000000000000000', 'hex')),
      'a count of 2^32': item(Buffer.from('9affffffff', 'hex')),
      'an integer longer than shortest': item(Buffer.from('a161611800', 'hex')),
      'a length longer than shortest': item(Buffer.from('b80100', 'hex')),
      'a tag': item(Buffer.from('c0a0', 'hex')),
      'a NaN': item(Buffer.from('a16161f97e00', 'hex')),
      'a reserved simple value': item(Buffer.from('a16161f8ff', 'hex')),
      'text that is not UTF-8': item(Buffer.from('a161ff01', 'hex')),
      'a key that is a map': item(Buffer.from('a1a000', 'hex')),
    };
    for (const [what, overrides] of Object.entries(cases))
      it(`W1 refuses ${what}`, () => refusesNew(overrides, 'cbor_malformed'));

    it('W1 refuses authenticator data that is truncated, longer, or no bytes', async () => {
      const change = (authenticatorData: (data: Buffer) => Uint8Array) => ({ authenticatorData });
      await refusesNew(
        change((data) => data.subarray(0, 40)),
        'authenticator_data_malformed',
      );
      await refusesNew(
        change((data) => data.subarray(0, -1)),
        'cbor_malformed',
      );
      await refusesNew(
        change((data) => Buffer.concat([data, Buffer.of(0)])),
        'authenticator_data_malformed',
      );
      const attestationObject = () =>
        encodeCbor(
          new Map<string, string | Map<string, string>>([
            ['fmt', 'none'],
            ['attStmt', new Map()],
            ['authData', 'text'],
          ]),
        );
      await refusesNew({ attestationObject }, 'cbor_malformed');
    });
  });

  describe('credential id', () => {
    const lengths: [number, RefusalReason | undefined][] = [
      [0, 'response_malformed'],
      [1, 'credential_id_length'],
      [15, 'credential_id_length'],
      [16, undefined],
      [1023, undefined],
      [1024, 'credential_id_length'],
    ];
    for (const [length, reason] of lengths)
      it(`W14 ${reason ? 'refuses' : 'accepts'} a credential id of ${length} bytes`, async () => {
        const credentialId = randomBytes(length);
        if (reason) return refusesNew({ credentialId }, reason);
        const { passkey } = await accepts({ credentialId });
        assert.equal(passkey.id, credentialId.toString('base64url'));
      });

    it('W14 refuses an id other than the one in the authenticator data', () => {
      const id = randomBytes(32).toString('base64url');
      const response = (sent: object) => ({ ...sent, id, rawId: id });
      return refusesNew({ response }, 'credential_id_mismatch');
    });

    it('W14 refuses a credential id that another person registered, and one registered before', async () => {
      const victim = await enrol(opened);
      const credentialId = Buffer.from(victim.passkey.id, 'base64url');
      const { ticket, userHandle } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 60 });
      const overrides = { credentialId };
      const attempt = register(opened, { device: deviceHere(), authorization: { ticket }, overrides });
      await refuses(opened, attempt, { reason: 'passkey_registered', code: 'passkey_exists' });
      assert.deepEqual(await passkeysOf(opened, userHandle), []);
    });

    it('W14 refuses an excluded credential from a device that ignores the list', async () => {
      const person = await enrol(opened);
      const { userHandle, device } = person;
      const before = await opened.storage.passkeys.findById(person.passkey.id);
      const proof = await prove(opened, person, 'add-passkey');
      const user = { name: 'ada', displayName: 'Ada' };
      const authorization = { userHandle, proof };
      const { options } = await opened.provider.beginRegistration({ ...here, authorization, user });
      assert.throws(() => device.create(options), { name: 'InvalidStateError' });
      const credentialId = Buffer.from(person.passkey.id, 'base64url');
      const response = device.create(options, { credentialId, ignoreExcludeCredentials: true });
      await refuses(opened, opened.provider.finishRegistration({ ...here, response }), {
        reason: 'passkey_registered',
        code: 'passkey_exists',
      });
      const after = await opened.storage.passkeys.findById(person.passkey.id);
      assert.equal(after?.publicKey, before?.publicKey);
    });
  });

  describe('attestation', () => {
    it('W15 refuses an unknown format, and those that are not verified', async () => {
      for (const fmt of ['own', '', 'compound', 'android-safetynet'])
        await refusesNew({ fmt }, 'attestation_format_not_accepted');
      await refusesNew({ fmt: 1 }, 'attestation_format_not_accepted');
    });
    it('W15 refuses a statement in the format none', () =>
      refusesNew({ attStmt: new Map([['alg', -7]]) }, 'attestation_none_with_statement'));
    for (const fmt of ['packed', 'tpm', 'android-key', 'apple', 'fido-u2f'])
      it(`W15 refuses a statement in the format ${fmt} that holds nothing`, () =>
        refusesNew(
          { fmt, attStmt: new Map() },
          fmt === 'tpm' ? 'attestation_tpm_version' : 'attestation_statement_malformed',
        ));
    for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const)
      it(`W15 accepts self attestation (${algorithm})`, async () => {
        const { passkey } = await accepts({ attestation: 'packed' }, deviceHere({ algorithm }));
        assert.equal(passkey.assurance, 'confirmed');
      });
    it('W15 refuses self attestation with a bad signature, another algorithm, or no certificate in x5c', async () => {
      const statement = (...entries: [string, number | Uint8Array | unknown[]][]) =>
        new Map(entries) as CreateOverrides['attStmt'];
      const sig: [string, Uint8Array] = ['sig', randomBytes(70)];
      const alg: [string, number] = ['alg', -7];
      const statements: [CreateOverrides['attStmt'], RefusalReason][] = [
        [statement(alg, sig), 'attestation_signature_invalid'],
        [statement(['alg', -65535], sig), 'attestation_algorithm_mismatch'],
        [statement(['alg', -257], sig), 'attestation_algorithm_mismatch'],
        [statement(sig), 'attestation_statement_malformed'],
        [statement(alg), 'attestation_statement_malformed'],
        [statement(alg, sig, ['x5c', []]), 'attestation_statement_malformed'],
        [statement(alg, sig, ['x5c', Array(9).fill(sig[1])]), 'attestation_statement_malformed'],
        [statement(alg, sig, ['x5c', ['text']]), 'attestation_certificate_malformed'],
        [statement(alg, sig, ['x5c', [randomBytes(300)]]), 'attestation_certificate_malformed'],
      ];
      for (const [attStmt, reason] of statements)
        await refusesNew({ fmt: 'packed', ...(attStmt && { attStmt }) }, reason);
    });
    it('W15 refuses self attestation that names an algorithm other than the key', async () => {
      const named = (bytes: Buffer) => {
        // The statement's `alg`, -7, as -257: the same hash, so the signature fits.
        const at = bytes.indexOf(Buffer.from('63616c6726', 'hex')) + 4;
        return Buffer.concat([bytes.subarray(0, at), Buffer.from('390100', 'hex'), bytes.subarray(at + 1)]);
      };
      await refusesNew({ attestation: 'packed', attestationObject: named }, 'attestation_algorithm_mismatch');
    });
  });

  it('names a passkey by its model in the metadata, where that is a name that a passkey may have', async () => {
    const aaguid = hardwareModel.aaguid;
    const names = [hardwareModel.name, '\u202eyeK ytiruceS', 'x'.repeat(65)];
    const taken = [hardwareModel.name, 'Passkey', 'Passkey'];
    for (const [i, name] of names.entries()) {
      const models = { find: () => ({ ...hardwareModel, name }) };
      await using knowing = await openManager('sqlite::memory:', models);
      assert.equal((await enrol(knowing, deviceHere({ aaguid }))).passkey.name, taken[i]);
    }
  });

  it('O19 refuses responses of the wrong shape', async () => {
    const odd: ((response: object) => unknown)[] = [
      () => null,
      () => [],
      (response) => ({ ...response, response: { attestationObject: ['a'] } }),
      (response) => ({ ...response, type: 'public-key\u0000' }),
      (response) => ({ ...response, id: 'a+b/', rawId: 'a+b/' }),
    ];
    for (const response of odd) await refusesNew({ response }, 'response_malformed');
  });
});
