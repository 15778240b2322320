import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { AppError } from '../errors.ts';
import {
  deviceHere,
  enrol,
  here,
  type OpenedManager,
  openManager,
  passkeysOf,
  signIn,
} from '../testing/authenticator-ceremonies.ts';
import { mutation } from '../testing/mutation.ts';

const names = [
  'id',
  'rawId',
  'type',
  'response',
  'clientDataJSON',
  '__proto__',
  'constructor',
  'prototype',
  'length',
  'toString',
  'valueOf',
];
const anyValue = fc.object({
  key: fc.constantFrom(...names, 'polluted'),
  maxDepth: 4,
  withNullPrototype: true,
});

const runs = { numRuns: 300 };

describe('fuzzed responses', () => {
  let opened: OpenedManager;
  before(async () => {
    opened = await openManager();
  });
  after(() => opened[Symbol.asyncDispose]());

  const pristine = Object.getOwnPropertyNames(Object.prototype);
  const codes = ['passkey_rejected', 'challenge_expired', 'passkey_exists'];

  async function isRefused(attempt: Promise<unknown>): Promise<void> {
    await assert.rejects(attempt, (error) => {
      assert.ok(error instanceof AppError, String(error));
      assert.ok(codes.includes(error.code), error.code);
      return true;
    });
    assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), pristine);
    assert.equal('polluted' in {}, false);
  }

  type Fields = Record<string, string>;
  /** One field of a response, by its bytes. */
  const mutated = (field: string, mutate: (bytes: Buffer) => Buffer) => (sent: { response: object }) => {
    const response = sent.response as Fields;
    const changed = mutate(Buffer.from(String(response[field]), 'base64url')).toString('base64url');
    return { ...sent, response: { ...response, [field]: changed } };
  };

  for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const)
    it(`W1 W3 W17 O18 verifies no assertion that was changed (${algorithm})`, async () => {
      const { device, userHandle } = await enrol(opened, deviceHere({ algorithm, synced: false }));
      const before = await passkeysOf(opened, userHandle);
      const fields = fc.constantFrom('clientDataJSON', 'authenticatorData', 'signature', 'userHandle');
      await fc.assert(
        fc.asyncProperty(fields, mutation, async (field, mutate) => {
          await isRefused(signIn(opened, { device, overrides: { response: mutated(field, mutate) } }));
        }),
        runs,
      );
      assert.deepEqual(await passkeysOf(opened, userHandle), before);
      await signIn(opened, { device });
    });

  it('W1 W2 W3 W15 O18 registers no self-attested passkey that was changed', async () => {
    const { ticket, userHandle } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 60 });
    const user = { name: 'ada', displayName: 'Ada' };
    const fields = fc.constantFrom('clientDataJSON', 'attestationObject');
    await fc.assert(
      fc.asyncProperty(fields, mutation, async (field, mutate) => {
        const begun = { ...here, authorization: { ticket }, user };
        const { options } = await opened.provider.beginRegistration(begun);
        const overrides = { attestation: 'packed', response: mutated(field, mutate) } as const;
        const response = deviceHere().create(options, overrides);
        await isRefused(opened.provider.finishRegistration({ ...here, response }));
      }),
      runs,
    );
    assert.deepEqual(await passkeysOf(opened, userHandle), []);
  });

  it('O18 O19 refuses anything else in place of a response, or of a part of one', async () => {
    const { device } = await enrol(opened);
    const { options } = await opened.provider.beginAuthentication({ ...here, purpose: 'sign-in' });
    const right = device.get(options);
    await fc.assert(
      fc.asyncProperty(anyValue, fc.constantFrom(...names.slice(0, 4)), async (value, name) => {
        for (const sent of [value, { ...right, [name]: value }] as never[]) {
          await isRefused(opened.provider.finishRegistration({ ...here, response: sent }));
          const input = { ...here, purpose: 'sign-in', response: sent } as const;
          await isRefused(opened.provider.finishAuthentication(input));
        }
      }),
      runs,
    );
  });
});
