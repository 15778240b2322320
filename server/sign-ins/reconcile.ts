/** Whether what the provider wrote down and what the passkey manager signed tell the same story. */
import type { AccountRepository } from '../accounts/account.ts';
import type { AuditEventRepository } from '../audit/event.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import { createHistory, type History } from '../receipts/history.ts';
import type { Receipt, ReceiptClaims } from '../receipts/receipt.ts';
import { acrOf } from './acr.ts';
import type { SignIn, SignInRepository } from './sign-in.ts';

export type DiscrepancyKind =
  | 'sign_in_without_receipt'
  | 'receipt_invalid'
  | 'receipt_mismatch'
  | 'receipt_without_sign_in';

export interface Discrepancy {
  kind: DiscrepancyKind;
  /** Of the sign-in, and of the receipt. */
  id: string;
  at: number;
  passkeyId: string;
  accountId?: string;
  says: string;
}

interface ReconcileDependencies {
  signIns: Pick<SignInRepository, 'list' | 'findMany'>;
  accounts: Pick<AccountRepository, 'findById' | 'findByUserHandle'>;
  auditEvents: Pick<AuditEventRepository, 'list'>;
  manager: Pick<PasskeyManager, 'listReceipts' | 'listReceiptKeys'>;
  /** The issuer of the provider. */
  audience: string;
  now: () => number;
}

interface Reconciliation {
  /** Where to begin; both lists are kept for 400 days, and the last of them is left to the clean-up. */
  since: number;
  onDiscrepancy: (discrepancy: Discrepancy) => void;
  /** Gets 0–1. */
  onProgress?: (share: number) => void;
}

const pageSize = 500;
const day = 24 * 60 * 60 * 1000;
/** What was signed within the last two minutes may be under way. */
const settled = 120_000;

/** Reads both lists, a page at a time. Resolves to how much was looked at. */
export async function reconcile(
  dependencies: ReconcileDependencies,
  { onDiscrepancy, onProgress = () => {}, ...given }: Reconciliation,
): Promise<{ signIns: number; receipts: number }> {
  const { signIns, manager, now } = dependencies;
  const since = Math.max(given.since, now() - 399 * day, 0);
  const until = now() - settled;
  const history = createHistory((await manager.listReceiptKeys({})).keys);
  const progress = (half: number, at: number) =>
    onProgress((half + Math.min(1, (at - since) / Math.max(now() - since, 1))) / 2);
  const counted = { signIns: 0, receipts: 0 };
  const signInPages = pagesOf((query) => signIns.list({ ...query, since }));
  for await (const page of signInPages) {
    const found = await Promise.all(page.map((signIn) => lookAt(dependencies, history, signIn)));
    for (const discrepancy of found) if (discrepancy) onDiscrepancy(discrepancy);
    counted.signIns += page.length;
    progress(0, page.at(-1)?.at ?? since);
  }
  const receiptPages = pagesOf(async (query) => {
    const { receipts: items, ...next } = await manager.listReceipts({ ...query, since });
    return { items, ...next };
  });
  for await (const page of receiptPages) {
    const made = page.filter(({ purpose, at }) => purpose === 'sign-in' && at < until);
    for (const receipt of await withoutSignIn(dependencies, made)) onDiscrepancy(receipt);
    counted.receipts += page.length;
    progress(1, page.at(-1)?.at ?? since);
  }
  onProgress(1);
  return counted;
}

async function* pagesOf<T>(
  list: (query: { after?: string; limit: number }) => Promise<{ items: T[]; next?: string }>,
): AsyncGenerator<T[]> {
  let after: string | undefined;
  do {
    const { items, next } = await list({ limit: pageSize, ...(after === undefined ? {} : { after }) });
    yield items;
    after = next;
  } while (after !== undefined);
}

async function lookAt(
  { accounts, audience }: ReconcileDependencies,
  history: History,
  signIn: SignIn,
): Promise<Discrepancy | undefined> {
  const { id, at, passkeyId, accountId } = signIn;
  const discrepancy = (kind: DiscrepancyKind, says: string) => ({ kind, id, at, passkeyId, accountId, says });
  if (signIn.receipt === undefined) return discrepancy('sign_in_without_receipt', 'nothing vouches for it');
  const read = await history.read(signIn.receipt);
  if ('objection' in read) return discrepancy('receipt_invalid', read.objection);
  const mismatch = mismatchOf(signIn, read.claims, audience);
  if (mismatch) return discrepancy('receipt_mismatch', mismatch);
  const account = await accounts.findById(accountId);
  return account && !account.userHandles.includes(read.claims.userHandle)
    ? discrepancy('receipt_mismatch', 'the receipt is for another person')
    : undefined;
}

/** Purposes that a sign-in may come of. */
const signsIn: readonly string[] = ['sign-in', 'register'];

function mismatchOf(signIn: SignIn, claims: ReceiptClaims, audience: string): string | undefined {
  if (claims.jti !== signIn.id) return 'the receipt is that of another sign-in';
  if (claims.aud !== audience) return 'the receipt is for another provider';
  if (!signsIn.includes(claims.purpose)) return `the receipt is for the purpose ${claims.purpose}`;
  if (claims.passkeyId !== signIn.passkeyId) return 'the receipt is for another passkey';
  if (Math.abs(claims.iat * 1000 - signIn.at) > 60_000) return 'the receipt is of another time';
  return acrOf(claims) === signIn.acr ? undefined : 'the receipt gives another acr';
}

async function withoutSignIn(
  dependencies: ReconcileDependencies,
  receipts: readonly Receipt[],
): Promise<Discrepancy[]> {
  const present = await dependencies.signIns.findMany(receipts.map(({ id }) => id));
  const ids = new Set(present.map(({ id }) => id));
  const missing: Discrepancy[] = [];
  for (const { id, at, passkeyId, userHandle } of receipts.filter((receipt) => !ids.has(receipt.id))) {
    const account = await dependencies.accounts.findByUserHandle(userHandle);
    const whose = account ? { accountId: account.id } : {};
    if (await wasRefused(dependencies, { id, at, ...whose })) continue;
    const says = account
      ? 'the sign-in is missing'
      : 'the sign-in is missing, and no account has its passkey';
    missing.push({ kind: 'receipt_without_sign_in', id, at, passkeyId, says, ...whose });
  }
  return missing;
}

/** The passkey was right, the account was disabled: that leaves no sign-in, and a line in the audit. */
async function wasRefused(
  { auditEvents }: ReconcileDependencies,
  { id, at, accountId }: { id: string; at: number; accountId?: string },
): Promise<boolean> {
  if (accountId === undefined) return false;
  const events = await auditEvents.list({ accountId, before: at + settled, limit: 200 });
  return events.some(({ type, signInId }) => type === 'sign_in.failed' && signInId === id);
}
