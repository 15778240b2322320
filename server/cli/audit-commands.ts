import type { Command } from 'commander';
import { AppError } from '../errors.ts';
import { everPinned } from '../receipts/remembered-keys.ts';
import type { Discrepancy, DiscrepancyKind } from '../sign-ins/discrepancy.ts';
import { reconcile } from '../sign-ins/reconcile.ts';
import { addAuditLogCommands } from './audit-log-commands.ts';
import { addAuditVerifyCommands } from './audit-verify-commands.ts';
import { openPasskeysFor, withInstallation } from './installation.ts';
import { instant, leaf, show, table } from './output.ts';
import { progressTo } from './progress.ts';
import type { Surroundings } from './surroundings.ts';

const kinds: Record<DiscrepancyKind, string> = {
  sign_in_without_receipt: 'sign-in without a receipt',
  record_without_receipt: 'record without a receipt',
  record_altered: 'record was altered',
  receipt_invalid: 'receipt does not verify',
  receipt_key_unknown: 'receipt of an unknown key',
  receipt_mismatch: 'receipt does not match',
  receipt_without_sign_in: 'receipt without a sign-in',
  receipt_without_record: 'receipt without a record',
};

/** So many are shown; the others are counted. */
const mostShown = 1000;
const day = 24 * 60 * 60 * 1000;

interface Options {
  json?: boolean;
  since?: string;
}

/** What was written down, looked through afterwards. */
export function addAuditCommands(
  program: Command,
  surroundings: Surroundings,
  setExitCode: (code: number) => void,
): void {
  const audit = program.command('audit').description('look through what was written down');
  addAuditLogCommands(audit, surroundings);
  addAuditVerifyCommands(audit, surroundings, setExitCode);
  leaf(audit, 'reconcile', 'compare what was written down with the receipts of the passkey manager')
    .option('--since <days>', 'of the last so many days; all that is kept unless given')
    .action(async (options: Options) => {
      const data = await reconcileAll(surroundings, sinceOf(options, surroundings.now()));
      const { signIns, receipts, refused, discrepancies, more } = data;
      const rows = discrepancies.map(({ at, kind, id, passkeyId, says }) => [
        instant(at),
        kinds[kind],
        id,
        passkeyId,
        says,
      ]);
      const summary = `Looked at ${signIns} sign-ins and ${receipts} receipts; refused: ${refused}.`;
      const headings = ['at', 'what', 'receipt', 'passkey', 'why'];
      const lines = [summary, ...table(headings, rows, 'They tell the same story.')];
      show(surroundings, options, { data, lines: more ? [...lines, `… and ${more} more.`] : lines });
      if (discrepancies.length > 0) setExitCode(1);
    });
}

function sinceOf({ since }: Options, now: number): number {
  if (since === undefined) return 0;
  if (!/^\d{1,5}$/.test(since))
    throw new AppError('field_invalid', { field: 'since', detail: '--since is a number of days' });
  return now - Number(since) * day;
}

function reconcileAll(surroundings: Surroundings, since: number) {
  return withInstallation(surroundings, async (installation) => {
    const { now } = surroundings;
    const { config, secret, storage } = installation;
    await using passkeys = await openPasskeysFor(installation, now);
    const manager = passkeys.as('administration');
    const { signIns, accounts, auditEvents, receiptKeys } = storage;
    const pinned = config.passkeysUrl && (await everPinned({ receiptKeys, secret }));
    const discrepancies: Discrepancy[] = [];
    let more = 0;
    const counted = await reconcile(
      {
        ...{ signIns, accounts, auditEvents, manager, now },
        audience: config.issuer,
        isMac: secret.isMac,
        pinned: pinned || undefined,
      },
      {
        since,
        onProgress: progressTo(surroundings, 'Comparing'),
        onDiscrepancy(discrepancy) {
          if (discrepancies.length < mostShown) discrepancies.push(discrepancy);
          else more += 1;
        },
      },
    );
    return { ...counted, discrepancies, more };
  });
}
