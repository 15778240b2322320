/** Whether what the provider wrote down and what the passkey manager signed tell the same story. */
import type { AuditEvent, AuditEventRepository } from '../audit/event.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import { createHistory } from '../receipts/history.ts';
import type { Receipt } from '../receipts/receipt.ts';
import type { PublicKeyJwk } from '../receipts/receipt-key.ts';
import { type AuditedReceipts, readAuditedReceipts } from './audited-receipts.ts';
import { type Comparison, compareReceipt, compareSignIn } from './compare.ts';
import type { Discrepancy } from './discrepancy.ts';
import type { SignInRepository } from './sign-in.ts';

interface ReconcileDependencies extends Omit<Comparison, 'history'> {
  signIns: Pick<SignInRepository, 'list' | 'findMany'>;
  auditEvents: Pick<AuditEventRepository, 'list'>;
  manager: Pick<PasskeyManager, 'listReceipts' | 'listReceiptKeys'>;
  /** Where the passkey manager is elsewhere: every key of its that was ever pinned here. */
  pinned?: ReadonlyMap<string, PublicKeyJwk> | undefined;
  now: () => number;
}

interface Reconciliation {
  /** Where to begin; both lists are kept for 400 days, and the last of them is left to the clean-up. */
  since: number;
  onDiscrepancy: (discrepancy: Discrepancy) => void;
  /** Gets 0–1. */
  onProgress?: (share: number) => void;
}

/** How much was looked at. */
export interface Reconciled {
  signIns: number;
  receipts: number;
  /** Receipts without effect: the passkey was right, and the provider says that it refused it. */
  refused: number;
}

const pageSize = 500;
const day = 24 * 60 * 60 * 1000;
/** What was signed within the last two minutes may be under way. */
const settled = 120_000;

/** Reads the audit, then both lists, a page at a time. */
export async function reconcile(
  dependencies: ReconcileDependencies,
  { onDiscrepancy, onProgress = () => {}, ...given }: Reconciliation,
): Promise<Reconciled> {
  const { signIns, auditEvents, manager, pinned, now } = dependencies;
  const since = Math.max(given.since, now() - 399 * day, 0);
  const until = now() - settled;
  const progress = (third: number) => (at: number) => {
    const share = Math.min(1, Math.max(0, at - since) / Math.max(now() - since, 1));
    onProgress((third + (third === 0 ? 1 - share : share)) / 3);
  };
  const history = createHistory((await manager.listReceiptKeys({})).keys, pinned);
  const audited = await readAuditedReceipts(auditEvents, { since: since - settled, onProgress: progress(0) });
  const comparison = { ...dependencies, history, audited };
  const counted: Reconciled = { signIns: 0, receipts: 0, refused: 0 };
  for await (const page of pagesOf((query) => signIns.list({ ...query, since }))) {
    const found = await Promise.all(page.map((signIn) => compareSignIn(comparison, signIn)));
    for (const discrepancy of found) if (discrepancy) onDiscrepancy(discrepancy);
    counted.signIns += page.length;
    progress(1)(page.at(-1)?.at ?? since);
  }
  for await (const page of receiptPages(manager, since)) {
    for (const { id } of page) audited.strike(id);
    const made = page.filter(({ at }) => at < until);
    for (const receipt of await withoutSignIn(dependencies, made)) {
      const outcome = await compareReceipt(comparison, receipt);
      if (outcome === 'refused') counted.refused += 1;
      else if (outcome) onDiscrepancy(outcome);
    }
    counted.receipts += page.length;
    progress(2)(page.at(-1)?.at ?? since);
  }
  for (const discrepancy of unvouched(audited, since + settled)) onDiscrepancy(discrepancy);
  onProgress(1);
  return counted;
}

function receiptPages(manager: ReconcileDependencies['manager'], since: number): AsyncGenerator<Receipt[]> {
  return pagesOf(async (query) => {
    const { receipts: items, ...next } = await manager.listReceipts({ ...query, since });
    return { items, ...next };
  });
}

async function* pagesOf<T>(
  list: (query: { after?: string; limit: number }) => Promise<{ items: T[]; next?: string }>,
): AsyncGenerator<T[]> {
  let after: string | undefined;
  do {
    const { items, next } = await list({ limit: pageSize, ...(after === undefined ? {} : { after }) });
    yield items;
    if (next !== undefined && (items.length === 0 || next === after))
      throw new Error('a list that goes on without an end');
    after = next;
  } while (after !== undefined);
}

async function withoutSignIn(
  { signIns }: ReconcileDependencies,
  receipts: readonly Receipt[],
): Promise<Receipt[]> {
  const present = await signIns.findMany(receipts.map(({ id }) => id));
  const ids = new Set(present.map(({ id }) => id));
  return receipts.filter(({ id }) => !ids.has(id));
}

/** What the provider wrote down of receipts that the passkey manager never made. */
function* unvouched(audited: AuditedReceipts, since: number): Generator<Discrepancy> {
  for (const event of audited.rest()) if (event.at >= since) yield withoutReceipt(event);
}

function withoutReceipt({ at, type, passkeyId = '', accountId, details }: AuditEvent): Discrepancy {
  const whose = accountId === undefined ? {} : { accountId };
  const says = `the passkey manager has no receipt of this ${type}`;
  return { kind: 'record_without_receipt', id: String(details?.receipt), at, passkeyId, says, ...whose };
}
