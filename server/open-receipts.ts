/** Who may vouch for ceremonies: the keys of receipts that this server believes. */
import { ConfigError } from './errors.ts';
import type { Log } from './log.ts';
import { openReceiptKeys } from './receipts/keys.ts';
import { type ReceiptKeys, receiptKeysIn, receiptKeysOf } from './receipts/pinned-keys.ts';
import { passkeyManagerName } from './receipts/receipt.ts';
import { rememberKeys } from './receipts/remembered-keys.ts';
import { createReceiptVerifier } from './receipts/verifier.ts';
import type { RoomDependencies } from './rooms.ts';

type Dependencies = Pick<RoomDependencies, 'config' | 'secret' | 'storage' | 'audit' | 'log' | 'now'>;

export async function openReceiptVerifier(dependencies: Dependencies) {
  const { config, audit, log, now } = dependencies;
  return createReceiptVerifier({
    keys: await believedKeys(dependencies),
    issuer: passkeyManagerName,
    audience: config.issuer,
    caller: 'provider',
    now,
    onRefused(reason, { purpose, passkeyId }) {
      if (reason === 'receipt signed by an unknown key')
        log.error({ file: config.receiptKeys }, 'the passkey manager signs with a key that is not pinned');
      void audit.record({ type: 'receipt.refused', reason, passkeyId, details: { purpose } });
    },
  });
}

/**
 * In one process the keys that are believed are the passkey manager's own, and the first start makes the first one.
 * Of a manager elsewhere they were carried over by hand: it may not vouch for itself.
 */
async function believedKeys({ config, secret, storage, log, now }: Dependencies): Promise<ReceiptKeys> {
  const { receiptKeys } = storage;
  if (config.passkeysUrl === undefined) {
    await openReceiptKeys({ receiptKeys, secret, now });
    return receiptKeysOf(receiptKeys, now);
  }
  const kept = await keptReceiptKeys(config.receiptKeys ?? '', log);
  const keys = rememberKeys(kept, { receiptKeys, secret, now });
  await keys();
  return keys;
}

/** A file that is missing or broken is said at the start; one that breaks later leaves what was read before in force. */
async function keptReceiptKeys(file: string, log: Log): Promise<ReceiptKeys> {
  const keys = receiptKeysIn(file);
  let kept = await keys().catch((cause: Error) => {
    throw new ConfigError([
      `LATCHKEY_RECEIPT_KEYS is ${file}: ${cause.message}. \`latchkey receipt-key export\`, run with the settings of the passkey manager, prints what belongs there.`,
    ]);
  });
  return async () => {
    try {
      kept = await keys();
    } catch (err) {
      log.error({ err }, 'LATCHKEY_RECEIPT_KEYS cannot be read: the keys from before stay in force');
    }
    return kept;
  };
}
