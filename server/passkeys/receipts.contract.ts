import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SignJWT } from 'jose';
import type { AppError } from '../errors.ts';
import { acceptReceipt, type Finished, type Forwarded } from '../receipts/accept.ts';
import { rotateReceiptKey, stageReceiptKey } from '../receipts/keys.ts';
import { receiptKeysOf } from '../receipts/pinned-keys.ts';
import { passkeyManagerName, receiptType } from '../receipts/receipt.ts';
import { createReceiptVerifier, type ReceiptObjection } from '../receipts/verifier.ts';
import {
  addPasskey,
  audience,
  deviceHere,
  enrol,
  here,
  type OpenedManager,
  passkeysOf,
} from '../testing/authenticator-ceremonies.ts';
import { eventCursor } from './passkey-event.ts';

/** What a passkey manager signs, and what it tells: wherever it runs, whatever it keeps its records in. */
export function passkeyReceiptsContract(open: () => Promise<OpenedManager>): void {
  let opened: OpenedManager;
  before(async () => {
    opened = await open();
  });
  after(() => opened?.[Symbol.asyncDispose]());
  const now = () => opened.clock.now;
  const verifier = (more: object = {}) =>
    createReceiptVerifier({
      keys: receiptKeysOf(opened.storage.receiptKeys, now),
      issuer: passkeyManagerName,
      audience,
      caller: 'provider',
      now,
      ...more,
    });

  /** A person signs in: what was forwarded, and what came back. */
  async function finish(person: { device: ReturnType<typeof deviceHere> }, interaction = here.interaction) {
    const context = { ...here, interaction };
    const { options } = await opened.provider.beginAuthentication({ ...context, purpose: 'sign-in' });
    const forwarded = { purpose: 'sign-in', interaction, response: person.device.get(options) } as const;
    const finished = await opened.provider.finishAuthentication({ ...forwarded, browser: here.browser });
    return { forwarded, finished };
  }

  async function refuses(
    objection: ReceiptObjection,
    answer: { forwarded: Forwarded; finished: Finished },
    more: object = {},
  ) {
    const attempt = acceptReceipt(verifier(more), answer.forwarded, answer.finished);
    await assert.rejects(attempt, ({ code, detail }: AppError) => {
      assert.deepEqual([code, detail], ['passkey_rejected', objection]);
      return true;
    });
  }

  describe('receipts', () => {
    it('F17 vouch for a sign-in: who, which passkey, where, how, and what for', async () => {
      const person = await enrol(opened);
      const { forwarded, finished } = await finish(person);
      const { claims, jws } = await acceptReceipt(verifier(), forwarded, finished);
      assert.equal(jws, finished.receipt);
      const { jti, iat, exp, interaction, challengeHash, ...told } = claims;
      assert.match(jti, /^[\w-]{22}$/);
      assert.deepEqual([iat, exp - iat], [Math.floor(now() / 1000), 60]);
      assert.ok(!jws.includes(here.interaction) && interaction !== here.interaction && challengeHash);
      assert.deepEqual(told, {
        iss: passkeyManagerName,
        aud: audience,
        purpose: 'sign-in',
        userHandle: person.userHandle,
        passkeyId: person.passkey.id,
        rpId: 'example.com',
        origin: 'https://login.example.com',
        flags: { userPresent: true, userVerified: true, backupEligible: true, backedUp: true },
        aaguid: person.passkey.aaguid,
        authenticator: { attestation: 'none', keyProtection: [], statuses: [] },
        registeredAt: person.passkey.createdAt,
        assurance: 'confirmed',
        caller: 'provider',
        at: finished.at,
      });
    });

    it('F17 vouch for a registration, and are in the list before it is answered', async () => {
      const device = deviceHere();
      const { ticket } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 5 });
      const { options } = await opened.provider.beginRegistration({
        ...here,
        authorization: { ticket },
        user: { name: 'ada', displayName: 'Ada' },
      });
      const forwarded = { ...here, purpose: 'register', response: device.create(options) };
      const finished = await opened.provider.finishRegistration(forwarded);
      const { claims } = await acceptReceipt(verifier(), forwarded, finished);
      const { items } = await opened.storage.receipts.list({ since: now(), limit: 1000 });
      const listed = items.find(({ id }) => id === claims.jti);
      assert.equal(listed?.jws, finished.receipt);
      assert.deepEqual([listed?.purpose, listed?.passkeyId], ['register', finished.passkey.id]);
      const { receipts } = await opened.administration.listReceipts({ since: now(), limit: 1000 });
      assert.ok(receipts.some(({ id }) => id === claims.jti));
    });

    it('F17 are refused when they are missing, altered, or signed by a foreign key', async () => {
      const { forwarded, finished } = await finish(await enrol(opened));
      const [header = '', payload = '', signature = ''] = finished.receipt.split('.');
      const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
        'sign',
      ]);
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
      const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
      const sign = (named: object, type = receiptType) =>
        new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: type, ...named }).sign(privateKey);
      const other = Buffer.from(JSON.stringify({ ...claims, userHandle: 'other' })).toString('base64url');
      const none = Buffer.from(JSON.stringify({ alg: 'none', typ: receiptType, kid })).toString('base64url');
      const answers: [string, ReceiptObjection][] = [
        ['', 'receipt missing'],
        ['a.b.c', 'receipt malformed'],
        [`${none}.${payload}.`, 'receipt malformed'],
        [await sign({ kid }, 'JWT'), 'receipt malformed'],
        [`${header}.${other}.${signature}`, 'receipt signature invalid'],
        [await sign({ kid }), 'receipt signature invalid'],
        [await sign({ kid: 'unknown' }), 'receipt signed by an unknown key'],
      ];
      for (const [receipt, objection] of answers)
        await refuses(objection, { forwarded, finished: { ...finished, receipt } });
      await refuses('receipt missing', { forwarded, finished: { ...finished, receipt: undefined as never } });
    });

    it('F17 are refused for another interaction, purpose, challenge, person, passkey, assurance or time', async () => {
      const person = await enrol(opened);
      const { forwarded, finished } = await finish(person);
      const { forwarded: later } = await finish(person);
      const { passkey } = finished;
      const changed: [ReceiptObjection, Partial<Forwarded>, Partial<Finished>][] = [
        ['receipt for another interaction', { interaction: 'another' }, {}],
        ['receipt for another purpose', { purpose: 'add-passkey' }, {}],
        ['receipt for another challenge', { response: later.response }, {}],
        ['receipt for another person', {}, { userHandle: 'another' }],
        ['receipt for another passkey', {}, { passkey: { ...passkey, id: 'another' } }],
        ['receipt for another assurance', {}, { passkey: { ...passkey, assurance: 'unconfirmed' } }],
        ['receipt for another time', {}, { at: finished.at - 1 }],
      ];
      for (const [objection, asked, answered] of changed)
        await refuses(objection, {
          forwarded: { ...forwarded, ...asked },
          finished: { ...finished, ...answered },
        });
    });

    it('F17 are refused after a minute, by another manager, and for another provider or caller', async () => {
      const answer = await finish(await enrol(opened));
      await refuses('receipt by another manager', answer, { issuer: 'another' });
      await refuses('receipt for another provider', answer, { audience: 'https://other.example' });
      await refuses('receipt for another caller', answer, { caller: 'enrolment' });
      await refuses('receipt from the future', answer, { now: () => now() - 60_000 });
      opened.clock.now += 65_000;
      await refuses('receipt expired', answer);
    });

    it('are signed with the next key once it is current, and the one before verifies no more', async () => {
      const person = await enrol(opened);
      const before = await finish(person);
      const { receiptKeys } = opened.storage;
      const dependencies = { receiptKeys, secret: opened.secret, now };
      const verifiesAcross = verifier();
      await acceptReceipt(verifiesAcross, before.forwarded, before.finished);
      const next = await stageReceiptKey(dependencies);
      assert.equal((await stageReceiptKey(dependencies)).id, next.id);
      opened.clock.now += 2000;
      assert.equal((await rotateReceiptKey(dependencies)).id, next.id);
      await assert.rejects(rotateReceiptKey(dependencies), { code: 'conflict' });
      opened.clock.now += 2000;
      const after = await finish(person);
      const { kid } = JSON.parse(
        Buffer.from(after.finished.receipt.split('.')[0] ?? '', 'base64url').toString(),
      );
      assert.equal(kid, next.id);
      await acceptReceipt(verifiesAcross, after.forwarded, after.finished);
      await acceptReceipt(verifiesAcross, before.forwarded, before.finished);
      opened.clock.now += 61_000;
      const pinned = await receiptKeysOf(receiptKeys, now)();
      assert.deepEqual(
        pinned.map((key) => key.kid),
        [next.id],
      );
      const { keys } = await opened.administration.listReceiptKeys({});
      assert.deepEqual(
        keys.slice(-2).map(({ status }) => status),
        ['retired', 'current'],
      );
      assert.ok(!JSON.stringify(keys).includes('sealed'));
    });
  });

  describe('events', () => {
    // Beyond the clocks of others who wrote into the same storage.
    before(() => {
      opened.clock.now += 10 * 24 * 60 * 60 * 1000;
    });
    const types = async (after: string) => {
      const { events } = await opened.provider.listPasskeyEvents({ after, limit: 100 });
      return events.map(({ type, passkeyId }) => [type, passkeyId]);
    };

    it('tell of every passkey that comes, goes, or is out for a while, in order', async () => {
      opened.clock.now += 1000;
      const start = eventCursor(now());
      const person = await enrol(opened);
      opened.clock.now += 1;
      const second = await addPasskey(opened, person);
      const [a, b] = [person.passkey.id, second.passkey.id];
      await opened.administration.setPasskeyStatus({ passkeyId: a, status: 'suspended' });
      await opened.administration.setPasskeyStatus({ passkeyId: a, status: 'active' });
      const { userHandle } = person;
      const { ticket } = await opened.administration.issueTicket({
        purpose: 'recovery',
        userHandle,
        minutes: 5,
      });
      const recovered = deviceHere();
      const { options } = await opened.provider.beginRegistration({
        ...here,
        authorization: { ticket },
        user: { name: 'ada', displayName: 'Ada' },
      });
      const response = recovered.create(options);
      const { passkey } = await opened.provider.finishRegistration({ ...here, response });
      await opened.administration.removePasskeys({ userHandle });
      assert.deepEqual(await types(start), [
        ['passkey_registered', a],
        ['passkey_registered', b],
        ['passkey_suspended', a],
        ['passkey_activated', a],
        ['passkey_suspended', a],
        ['passkey_suspended', b],
        ['passkey_registered', passkey.id],
        ['handle_removed', undefined],
      ]);
      assert.deepEqual(await passkeysOf(opened, userHandle), []);
    });

    it('can be read on from any of them, and no more than was asked for', async () => {
      opened.clock.now += 1000;
      const after = eventCursor(now());
      for (let i = 0; i < 5; i += 1) await enrol(opened);
      const first = await opened.provider.listPasskeyEvents({ after, limit: 3 });
      assert.equal(first.next, first.events.at(-1)?.id);
      const rest = await opened.administration.listPasskeyEvents({ after: first.next ?? '', limit: 3 });
      assert.deepEqual([first.events.length, rest.events.length, rest.next], [3, 2, undefined]);
      const ids = [...first.events, ...rest.events].map(({ id }) => id);
      assert.deepEqual(ids, [...new Set(ids)].sort());
    });

    it('never go back, also when the clock does', async () => {
      const after = eventCursor(now());
      await enrol(opened);
      opened.clock.now -= 5000;
      const { passkey } = await enrol(opened);
      opened.clock.now += 5000;
      assert.deepEqual((await types(after)).at(-1), ['passkey_registered', passkey.id]);
    });
  });
}
