import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { rotateReceiptKey, stageReceiptKey } from '../receipts/keys.ts';
import { toPin } from '../receipts/pinned-keys.ts';
import { type ReceiptKey, type ReceiptKeyFacts, standingOf } from '../receipts/receipt-key.ts';
import { withInstallation } from './installation.ts';
import { instant, leaf, show, table } from './output.ts';
import type { Surroundings } from './surroundings.ts';

/** The keys that sign receipts, on the machine that has them. */
export function addReceiptKeyCommands(program: Command, surroundings: Surroundings): void {
  const keys = program.command('receipt-key').description('keys that sign what the passkey manager verified');
  leaf(keys, 'list', 'all of them, with their public parts in --json').action(async (options) => {
    const data = standingOf(await keysOf(surroundings));
    const rows = data.map(({ id, status, createdAt, currentAt, retiredAt }) => [
      id,
      status,
      instant(createdAt),
      instant(currentAt),
      instant(retiredAt),
    ]);
    const headings = ['key id', 'status', 'made', 'signs since', 'retired'];
    show(surroundings, options, {
      data,
      lines: table(headings, rows, 'There are none: the first start makes one.'),
    });
  });
  leaf(keys, 'export', 'print the public keys to pin, as a JWK Set').action(async (options) => {
    const data = { keys: toPin(await keysOf(surroundings), surroundings.now()) };
    show(surroundings, options, { data, lines: [JSON.stringify(data, undefined, 2)] });
  });
  leaf(keys, 'stage', 'make the next key, which signs nothing yet').action(async (options) => {
    const data = await change(surroundings, stageReceiptKey);
    show(surroundings, options, {
      data,
      lines: [
        `The next key is ${data.id}.`,
        'Where providers pin keys, give each of them what `latchkey receipt-key export` prints now. Then let it sign: `latchkey receipt-key rotate`.',
      ],
    });
  });
  leaf(keys, 'rotate', 'let the next key sign; what was signed before stays valid').action(
    async (options) => {
      const data = await change(surroundings, rotateReceiptKey);
      show(surroundings, options, { data, lines: [`Receipts are signed with ${data.id} now.`] });
    },
  );
}

function keysOf(surroundings: Surroundings): Promise<ReceiptKey[]> {
  return withInstallation(surroundings, async ({ config, storage }) => {
    requireOwnKeys(config);
    return storage.receiptKeys.list();
  });
}

/** Beside a provider whose passkey manager is elsewhere there are none. @throws ConfigError */
function requireOwnKeys({ passkeysUrl }: Config): void {
  if (passkeysUrl !== undefined)
    throw new ConfigError([
      `The keys are those of the passkey manager at ${passkeysUrl}: run this command with its settings, without LATCHKEY_PASSKEYS_URL.`,
    ]);
}

function change(surroundings: Surroundings, operation: typeof stageReceiptKey): Promise<ReceiptKeyFacts> {
  return withInstallation(surroundings, async ({ config, storage, secret, record }) => {
    requireOwnKeys(config);
    const { receiptKeys } = storage;
    const key = await operation({ receiptKeys, secret, now: surroundings.now });
    const type = key.status === 'next' ? 'receipt_key.made' : 'receipt_key.rotated';
    await record({ type, actor: { kind: 'machine' }, details: { kid: key.id } });
    return key;
  });
}
