import type { Config } from '../../config.ts';
import { AppError, ConfigError } from '../../errors.ts';
import { openPasskeys } from '../../open-passkeys.ts';
import type { Secret } from '../../secret/secret.ts';
import type { Storage } from '../../storage.ts';
import { commandLog } from '../installation.ts';
import { type Finding, failed, ok, skipped } from './finding.ts';
import { examinePasskeys } from './passkeys.ts';

interface Input {
  config: Config;
  secret: Secret | undefined;
  storage: Storage | undefined;
  now: () => number;
}

/** Whether the passkey manager answers, wherever it is, and what it says of the administrators' passkeys. */
export async function examinePasskeyManager({ storage, secret, ...input }: Input): Promise<Finding[]> {
  if (!storage || !secret) return [skipped('RP ID', 'needs the storage and the secret.')];
  try {
    await using passkeys = await openPasskeys({ ...input, storage, secret, log: commandLog() });
    const manager = passkeys.as('administration');
    const finding = await examinePasskeys(input.config, { accounts: storage.accounts, manager });
    return [...elsewhere(input.config), finding];
  } catch (error) {
    return [unreachable(error, input.config), skipped('RP ID', 'needs the passkey manager.')];
  }
}

function elsewhere({ passkeysUrl }: Config): Finding[] {
  if (passkeysUrl === undefined) return [];
  return [ok('passkeys', `the passkey manager at ${passkeysUrl} answers over mutual TLS.`)];
}

/** @throws what is none of the link's faults */
function unreachable(error: unknown, { passkeysUrl, certificates, trustDomain }: Config): Finding {
  if (error instanceof ConfigError)
    return failed('passkeys', error.message, `LATCHKEY_CERTIFICATES is ${certificates}.`);
  if (!(error instanceof AppError) || passkeysUrl === undefined) throw error;
  const { detail = error.code } = error;
  return failed(
    'passkeys',
    `${passkeysUrl} does not answer as a passkey manager (${detail}).`,
    `Start it with \`latchkey passkeys\`, and see that both sides have certificates of one authority for ${trustDomain}: \`latchkey certs status\`.`,
  );
}
