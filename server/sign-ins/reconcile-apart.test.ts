import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openPasskeys } from '../open-passkeys.ts';
import { createReceiptIssuer } from '../receipts/issuer.ts';
import { rotateReceiptKey, stageReceiptKey } from '../receipts/keys.ts';
import { passkeyManagerName } from '../receipts/receipt.ts';
import { everPinned } from '../receipts/remembered-keys.ts';
import { openSecret } from '../secret/secret-file.ts';
import { setUp } from '../testing/journeys.ts';
import { addPasskey } from '../testing/own-account.ts';
import { signInElsewhere } from '../testing/sign-out.ts';
import { type SplitInstallation, startSplitInstallation } from '../testing/split-installation.ts';
import type { Discrepancy } from './discrepancy.ts';
import { reconcile } from './reconcile.ts';

describe('the reconciliation with a passkey manager elsewhere', () => {
  let installation: SplitInstallation;
  let passkeys: Awaited<ReturnType<typeof openPasskeys>>;
  const silent = { debug() {}, info() {}, warn() {}, error() {} } as never;

  before(async () => {
    installation = await startSplitInstallation();
    const { config, secret, storage } = installation;
    passkeys = await openPasskeys({ config, secret, storage, log: silent, now: Date.now });
    const person = await setUp(installation);
    await addPasskey(person);
    await signInElsewhere(installation, person);
  });
  after(async () => {
    await passkeys?.[Symbol.asyncDispose]();
    await installation?.[Symbol.asyncDispose]();
  });

  async function discrepancies() {
    const { storage, secret, origin: audience } = installation;
    const { receiptKeys } = storage;
    const found: Discrepancy[] = [];
    await reconcile(
      {
        ...storage,
        manager: passkeys.as('administration'),
        audience,
        isMac: secret.isMac,
        pinned: await everPinned({ receiptKeys, secret }),
        now: () => Date.now() + 600_000,
      },
      { since: 0, onDiscrepancy: (each) => found.push(each) },
    );
    return found;
  }

  it('finds that both tell the same story', async () => {
    assert.deepEqual(await discrepancies(), []);
  });

  it('F17 finds what the passkey manager signs with a key that nobody pinned', async () => {
    const { service, origin: audience, storage } = installation;
    const secret = openSecret(service.config, { create: false });
    const here = { ...service.storage, secret, now: Date.now };
    await stageReceiptKey(here);
    await rotateReceiptKey(here);
    const { items } = await storage.signIns.list({ limit: 1 });
    const [honest] = items;
    const payload = honest?.receipt?.split('.')[1] ?? assert.fail();
    const { jti: _, iat, exp, ...claims } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const issue = createReceiptIssuer({ ...here, issuer: passkeyManagerName, audience });
    const jws = await issue({ ...claims, purpose: 'sign-in', challenge: 'c' });
    const { jti } = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString());
    const found = await discrepancies();
    assert.deepEqual(
      found.map(({ kind, id }) => [kind, id]),
      [['receipt_key_unknown', jti]],
    );
  });
});
