import type { Finding } from '../../admin/about-server.ts';
import type { Config } from '../../config.ts';
import { AppError, ConfigError, StorageError } from '../../errors.ts';
import { type OpenedPasskeys, openPasskeys } from '../../open-passkeys.ts';
import { receiptKeysIn } from '../../receipts/pinned-keys.ts';
import type { Secret } from '../../secret/secret.ts';
import { openCredentials } from '../../service-identity/credentials.ts';
import { daysLeft, needsRenewal } from '../../service-identity/lifetime.ts';
import type { Storage } from '../../storage.ts';
import { commandLog } from '../installation.ts';
import { examineMetadata } from './fido-metadata.ts';
import { failed, ok, skipped, warning } from './finding.ts';
import { examinePasskeys } from './passkeys.ts';
import { examineRevocations } from './revocations.ts';

interface Input {
  config: Config;
  secret: Secret | undefined;
  storage: Storage | undefined;
  now: () => number;
}

/** Whether the passkey manager answers, wherever it is, and what it says of the administrators' passkeys. */
export async function examinePasskeyManager({ storage, secret, ...input }: Input): Promise<Finding[]> {
  if (!storage || !secret) return [skipped('RP ID', 'needs the storage and the secret.')];
  const { config } = input;
  const certificates = config.passkeysUrl === undefined ? [] : examineCertificates(input);
  try {
    await using passkeys = await openPasskeys({ ...input, storage, secret, log: commandLog() });
    const manager = passkeys.as('administration');
    const there =
      config.passkeysUrl === undefined
        ? examineRevocations(config)
        : await examineElsewhere(config, passkeys);
    const finding = await examinePasskeys(config, { accounts: storage.accounts, manager });
    return [...certificates, ...there, finding, await examineMetadata(manager, input.now())];
  } catch (error) {
    return [...certificates, ...unreachable(error, config), skipped('RP ID', 'needs the passkey manager.')];
  }
}

/** Those that the provider itself acts with: the commands have another one. */
function examineCertificates({ config, now }: Pick<Input, 'config' | 'now'>): Finding[] {
  const { certificates: directory, trustDomain } = config;
  return (['provider', 'enrolment'] as const).map((name) => {
    const check = `certificate ${name}`;
    try {
      using credentials = openCredentials({ directory, name, trustDomain, now, log: commandLog() });
      const { own } = credentials.current;
      const days = daysLeft(own, now()).toFixed(1);
      if (needsRenewal(own, now()))
        return warning(check, `ends in ${days} days.`, 'Renew it: `latchkey certs renew`.');
      return ok(check, `is for ${trustDomain} and ends in ${days} days.`);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return failed(check, error.message);
    }
  });
}

/** The one call that both shows that it answers, and which key it signs receipts with. */
async function examineElsewhere(config: Config, passkeys: OpenedPasskeys): Promise<Finding[]> {
  const { keys } = await passkeys.as('administration').listReceiptKeys({});
  const answers = ok('passkeys', `the passkey manager at ${config.passkeysUrl} answers over mutual TLS.`);
  return [answers, await examineReceiptKeys(config, keys.find(({ status }) => status === 'current')?.id)];
}

async function examineReceiptKeys({ receiptKeys = '' }: Config, current = ''): Promise<Finding> {
  const remedy =
    'Put into the file what `latchkey receipt-key export` prints, run with the settings of the passkey manager.';
  try {
    const pinned = await receiptKeysIn(receiptKeys)();
    if (pinned.some(({ kid }) => kid === current))
      return ok('receipt keys', `the one that signs now is pinned in ${receiptKeys}.`);
    const why = `the passkey manager signs with ${current}, which is not in ${receiptKeys}: nobody can sign in.`;
    return failed('receipt keys', why, remedy);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return failed('receipt keys', `${error.message}.`, remedy);
  }
}

/** @throws what is none of the link's faults */
function unreachable(error: unknown, { passkeysUrl, certificates, trustDomain }: Config): Finding[] {
  if (error instanceof ConfigError && passkeysUrl === undefined)
    return error.problems.map((problem) => failed('passkeys', problem));
  if (error instanceof ConfigError)
    return [failed('passkeys', error.message, `LATCHKEY_CERTIFICATES is ${certificates}.`)];
  if (!(error instanceof AppError) || passkeysUrl === undefined) throw error;
  const { detail = error.code } = error;
  const finding = failed(
    'passkeys',
    `${passkeysUrl} does not answer as a passkey manager (${detail}).`,
    `Start it with \`latchkey passkeys\`; both sides need certificates of one authority for ${trustDomain} that are valid and not revoked.`,
  );
  return [finding];
}
