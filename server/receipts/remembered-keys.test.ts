import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openStorage } from '../../adapters/open.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';
import type { Storage } from '../storage.ts';
import { createHistory, neverPinned } from './history.ts';
import { createReceiptIssuer } from './issuer.ts';
import { openReceiptKeys, rotateReceiptKey, stageReceiptKey } from './keys.ts';
import { type PinnedKey, receiptKeysOf, toPin } from './pinned-keys.ts';
import { receiptType } from './receipt.ts';
import { standingOf } from './receipt-key.ts';
import { everPinned, rememberKeys } from './remembered-keys.ts';

const open = () =>
  openStorage({ url: 'sqlite::memory:', role: 'command', schema: 'migrate', waitUntilReady: true });

describe('keys that a provider has pinned', () => {
  let manager: Storage;
  let provider: Storage;
  const now = () => Date.UTC(2026, 0, 1);
  const secret = createSecret(generateRoot());
  const ofManager = () => ({ receiptKeys: manager.receiptKeys, secret: createSecret(root), now });
  const root = generateRoot();
  const ofProvider = () => ({ receiptKeys: provider.receiptKeys, secret, now });

  before(async () => {
    [manager, provider] = [await open(), await open()];
    await openReceiptKeys(ofManager());
  });
  after(async () => {
    await manager[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
  });

  it('are remembered for ever, each once, however many ask, and are none of its own', async () => {
    const keys = async () => toPin(await manager.receiptKeys.list(), now());
    await Promise.all(Array.from({ length: 20 }, () => rememberKeys(keys, ofProvider())()));
    await stageReceiptKey(ofManager());
    await rememberKeys(keys, ofProvider())();
    const [first] = await keys();
    const remembered = await everPinned(ofProvider());
    assert.equal(remembered.size, 2);
    assert.equal(remembered.get(first?.kid ?? '')?.x, first?.x);
    assert.deepEqual(standingOf(await provider.receiptKeys.list()), []);
    assert.deepEqual(await receiptKeysOf(provider.receiptKeys, now)(), []);
    assert.equal((await openReceiptKeys(ofProvider())).length, 1, 'the own first key is made beside them');
    assert.equal((await everPinned(ofProvider())).size, 2);
  });

  /** A receipt, signed with what is the manager's current key by then. */
  const sign = () => {
    const { receipts } = manager;
    return createReceiptIssuer({ ...ofManager(), receipts, issuer: 'm', audience: 'p' })(verified);
  };

  it('F17 are the only ones that count: the passkey manager vouches for no key of its own', async () => {
    const pinned = await everPinned(ofProvider());
    const read = async (jws: string) =>
      createHistory(standingOf(await manager.receiptKeys.list()), pinned).read(jws);
    assert.ok('claims' in (await read(await sign())));
    await rotateReceiptKey(ofManager());
    assert.ok('claims' in (await read(await sign())), 'the next one was pinned as well');
    await stageReceiptKey(ofManager());
    await rotateReceiptKey(ofManager());
    assert.deepEqual(await read(await sign()), { objection: neverPinned });
  });

  it('F17 count as they were pinned, whatever the passkey manager says of them', async () => {
    const keys = standingOf(await manager.receiptKeys.list());
    const [key, other] = [keys[0] ?? assert.fail(), keys.at(-1) ?? assert.fail()];
    const [, payload, signature] = (await sign()).split('.');
    const named = JSON.stringify({ alg: 'ES256', typ: receiptType, kid: key.id });
    const renamed = [Buffer.from(named).toString('base64url'), payload, signature].join('.');
    const history = createHistory([{ ...key, publicJwk: other.publicJwk }], await everPinned(ofProvider()));
    assert.deepEqual(await history.read(renamed), { objection: 'its signature is not valid' });
  });

  it('F17 are not added by who has the storage alone', async () => {
    const key = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'of the thief' } satisfies PinnedKey;
    const before = (await everPinned(ofProvider())).size;
    await rememberKeys(async () => [key], { ...ofProvider(), secret: createSecret(generateRoot()) })();
    assert.equal((await everPinned(ofProvider())).size, before);
  });
});

const verified = {
  purpose: 'sign-in',
  interaction: 'interaction',
  challenge: 'challenge',
  userHandle: 'handle',
  passkeyId: 'passkey',
  rpId: 'example.com',
  origin: 'https://example.com',
  flags: { userPresent: true, userVerified: true, backupEligible: false, backedUp: false },
  aaguid: '00000000-0000-0000-0000-000000000000',
  assurance: 'confirmed' as const,
  caller: 'provider',
  at: Date.UTC(2026, 0, 1),
};
