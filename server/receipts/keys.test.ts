import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openStorage } from '../../adapters/open.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';
import type { Storage } from '../storage.ts';
import { createHistory } from './history.ts';
import { createReceiptIssuer, type Verified } from './issuer.ts';
import { openReceiptKeys, rotateReceiptKey, stageReceiptKey } from './keys.ts';
import { receiptKeysIn, receiptKeysOf, toPin } from './pinned-keys.ts';
import { standingOf } from './receipt-key.ts';
import { createReceiptVerifier } from './verifier.ts';

const verified: Verified = {
  purpose: 'sign-in',
  interaction: 'interaction',
  challenge: 'challenge',
  userHandle: 'handle',
  passkeyId: 'passkey',
  rpId: 'example.com',
  origin: 'https://example.com',
  flags: { userPresent: true, userVerified: true, backupEligible: false, backedUp: false },
  aaguid: '00000000-0000-0000-0000-000000000000',
  assurance: 'confirmed',
  caller: 'provider',
  at: 1_800_000_000_000,
};
const named = { issuer: 'manager', audience: 'https://login.example.com' };

describe('keys of receipts', () => {
  let storage: Storage;
  const clock = { now: 1_800_000_000_000 };
  const now = () => clock.now;
  const secret = createSecret(generateRoot());
  const dependencies = () => ({ receiptKeys: storage.receiptKeys, secret, now });
  const issuer = (more: object = {}) =>
    createReceiptIssuer({ ...dependencies(), receipts: storage.receipts, ...named, ...more });
  const verifying = (keys = receiptKeysOf(storage.receiptKeys, now)) =>
    createReceiptVerifier({ keys, ...named, caller: 'provider', now });
  const expected = () => verified;

  before(async () => {
    const url = 'sqlite::memory:';
    storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
  });
  after(() => storage[Symbol.asyncDispose]());

  it('begin with one, however many start together', async () => {
    const opened = await Promise.all(Array.from({ length: 20 }, () => openReceiptKeys(dependencies())));
    assert.equal(new Set(opened.flat().map(({ id }) => id)).size, 1);
    assert.equal(standingOf(opened[0] ?? [])[0]?.status, 'current');
    assert.ok(!JSON.stringify(opened).includes('"d"'), 'the private part is sealed');
  });

  it('are staged once, however many ask', async () => {
    const staged = await Promise.all(Array.from({ length: 20 }, () => stageReceiptKey(dependencies())));
    assert.equal(new Set(staged.map(({ id }) => id)).size, 1);
    assert.equal((await storage.receiptKeys.list()).length, 2);
  });

  it('are refused when they do not open, and never replaced', async () => {
    const foreign = issuer({ secret: createSecret(generateRoot()) });
    await assert.rejects(foreign(verified), { name: 'StorageError', reason: 'wrong_secret' });
    assert.equal((await storage.receiptKeys.list()).length, 2);
  });

  it('are asked for once in a while, not for each receipt', async () => {
    let asked = 0;
    const pinned = receiptKeysOf(storage.receiptKeys, now);
    const { verify } = verifying(() => {
      asked += 1;
      return pinned();
    });
    const issue = issuer();
    for (let i = 0; i < 5; i += 1) await verify(await issue(verified), expected());
    assert.equal(asked, 1);
    clock.now += 6000;
    await verify(await issue(verified), expected());
    assert.equal(asked, 2);
  });

  it('that are pinned one by one are the only ones that are believed', async () => {
    const [first] = await receiptKeysOf(storage.receiptKeys, now)();
    assert.ok(first);
    const { verify } = verifying(async () => [first]);
    await verify(await issuer()(verified), expected());
    await rotateReceiptKey(dependencies());
    await assert.rejects(verify(await issuer()(verified), expected()), {
      code: 'passkey_rejected',
      detail: 'receipt signed by an unknown key',
    });
  });

  it('are read from a file, and again when it changes', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'keys.json');
    const write = (keys: object[]) => writeFileSync(file, JSON.stringify({ keys }));
    const { verify } = verifying(receiptKeysIn(file));
    await assert.rejects(verify(await issuer()(verified), expected()), { name: 'StorageError' });
    const [retired, ...current] = toPin(await storage.receiptKeys.list(), now());
    write([retired ?? {}]);
    await assert.rejects(verify(await issuer()(verified), expected()), { code: 'passkey_rejected' });
    write(current);
    await verify(await issuer()(verified), expected());
    writeFileSync(file, '{"keys":[{"kty":"oct","k":"AA","kid":"a"}]}');
    await verify(await issuer()(verified), expected());
    clock.now += 6000;
    await assert.rejects(verify(await issuer()(verified), expected()), { name: 'StorageError' });
  });

  it('F17 that are retired verify what they signed, and nothing that they sign later', async () => {
    const old = issuer();
    const before = await old(verified);
    await stageReceiptKey(dependencies());
    await rotateReceiptKey(dependencies());
    // Whoever has a copy of the key has the time to themselves.
    const copied = await storage.receiptKeys.list();
    const stolen = issuer({
      receiptKeys: { ...storage.receiptKeys, list: async () => copied.slice(0, 2) },
      now: () => clock.now + 3_600_000,
    });
    const history = createHistory(standingOf(copied));
    assert.ok('claims' in (await history.read(before)));
    assert.deepEqual(await history.read(await stolen(verified)), {
      objection: 'its key did not sign at that time',
    });
    assert.deepEqual(await history.read('a.b.c'), { objection: 'no key of the passkey manager signed it' });
  });
});
