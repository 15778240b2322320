/** One record of the provider's against the receipt that it names. */
import type { AccountRepository } from '../accounts/account.ts';
import type { AuditEvent } from '../audit/event.ts';
import { type IsMac, isMacOf } from '../receipts/evidence.ts';
import { type History, neverPinned } from '../receipts/history.ts';
import type { Receipt, ReceiptClaims } from '../receipts/receipt.ts';
import { acrOf } from './acr.ts';
import { type AuditedReceipts, outcomeOf } from './audited-receipts.ts';
import type { Discrepancy, DiscrepancyKind } from './discrepancy.ts';
import type { SignIn } from './sign-in.ts';

export interface Comparison {
  accounts: Pick<AccountRepository, 'findById' | 'findByUserHandle'>;
  history: History;
  /** The issuer of the provider. */
  audience: string;
  isMac: IsMac;
}

type Finding = Pick<Discrepancy, 'kind' | 'says'>;

const found = (kind: DiscrepancyKind, says: string): Finding => ({ kind, says });
const altered = found('record_altered', 'the provider did not write it so');

/** Whatever is wrong with a sign-in. */
export async function compareSignIn(
  comparison: Comparison,
  signIn: SignIn,
): Promise<Discrepancy | undefined> {
  const { id, at, passkeyId, accountId } = signIn;
  const finding = await lookAt(comparison, signIn);
  return finding && { ...finding, id, at, passkeyId, accountId };
}

async function lookAt(comparison: Comparison, signIn: SignIn): Promise<Finding | undefined> {
  const { id, at, passkeyId, accountId, userHandle = '' } = signIn;
  if (signIn.receipt === undefined) return found('sign_in_without_receipt', 'nothing vouches for it');
  const read = await comparison.history.read(signIn.receipt);
  if ('objection' in read) return invalid(read.objection);
  const mismatch = mismatchOf(signIn, read.claims, comparison.audience);
  if (mismatch) return found('receipt_mismatch', mismatch);
  const { userHandle: vouchedFor } = read.claims;
  if (!(await belongsTo(comparison, { accountId, userHandle: vouchedFor }))) return forAnother;
  const evidence = { kind: 'sign-in', receipt: id, accountId, passkeyId, userHandle, at };
  const isOurs = isMacOf(comparison.isMac, evidence, signIn.mac);
  return isOurs && userHandle === vouchedFor ? undefined : altered;
}

/** Purposes that a sign-in may come of. */
const signsIn: readonly string[] = ['sign-in', 'approve-request', 'register'];

function mismatchOf(signIn: SignIn, claims: ReceiptClaims, audience: string): string | undefined {
  if (claims.jti !== signIn.id) return 'the receipt is that of another sign-in';
  if (claims.aud !== audience) return 'the receipt is for another provider';
  if (!signsIn.includes(claims.purpose)) return `the receipt is for the purpose ${claims.purpose}`;
  if (claims.passkeyId !== signIn.passkeyId) return 'the receipt is for another passkey';
  if (claims.at !== signIn.at) return 'the receipt is of another time';
  return acrOf(claims) === signIn.acr ? undefined : 'the receipt gives another acr';
}

const forAnother = found('receipt_mismatch', 'the receipt is for another person');

/** An account that is gone may have had it, unless somebody else has it now. */
async function belongsTo(
  { accounts }: Comparison,
  { accountId, userHandle }: { accountId: string; userHandle: string },
): Promise<boolean> {
  const owner = await accounts.findByUserHandle(userHandle);
  return owner ? owner.id === accountId : (await accounts.findById(accountId)) === undefined;
}

const invalid = (objection: string) =>
  found(objection === neverPinned ? 'receipt_key_unknown' : 'receipt_invalid', objection);

/** Whatever is wrong with a receipt that made no sign-in; or that it was refused, as the provider says. */
export async function compareReceipt(
  comparison: Comparison & { audited: AuditedReceipts },
  receipt: Receipt,
): Promise<Discrepancy | 'refused' | undefined> {
  const { id, at, passkeyId, userHandle } = receipt;
  const finding = await lookAtReceipt(comparison, receipt);
  if (finding === undefined || finding === 'refused') return finding;
  const account = await comparison.accounts.findByUserHandle(userHandle);
  return { ...finding, id, at, passkeyId, ...(account ? { accountId: account.id } : {}) };
}

async function lookAtReceipt(
  comparison: Comparison & { audited: AuditedReceipts },
  { id, jws }: Receipt,
): Promise<Finding | 'refused' | undefined> {
  const read = await comparison.history.read(jws);
  if ('objection' in read) return invalid(read.objection);
  const { claims } = read;
  if (claims.jti !== id) return found('receipt_invalid', 'it is listed under another id');
  const events = comparison.audited.of(id);
  if (events.length === 0) return missing(comparison, claims);
  const outcomes = await Promise.all(events.map((event) => lookAtEvent(comparison, { event, claims })));
  // A record that is right stands, whatever was written beside it.
  if (outcomes.includes('recorded')) return undefined;
  return outcomes.includes('refused') ? 'refused' : (outcomes[0] as Finding);
}

async function missing({ accounts }: Comparison, { purpose, userHandle }: ReceiptClaims): Promise<Finding> {
  const nobody = (await accounts.findByUserHandle(userHandle)) ? '' : ', and no account has its passkey';
  return signsIn.includes(purpose)
    ? found('receipt_without_sign_in', `the sign-in is missing${nobody}`)
    : found('receipt_without_record', `the confirmation (${purpose}) is missing${nobody}`);
}

async function lookAtEvent(
  comparison: Comparison,
  { event, claims }: { event: AuditEvent; claims: ReceiptClaims },
): Promise<Finding | 'recorded' | 'refused'> {
  const { type: kind, accountId, passkeyId = '', details } = event;
  const { jti: receipt, userHandle, purpose } = claims;
  const evidence = { kind, receipt, accountId, passkeyId, userHandle };
  if (!isMacOf(comparison.isMac, evidence, details?.mac)) return altered;
  const outcome = outcomeOf(event, purpose);
  if (!outcome) return found('receipt_mismatch', `the receipt is for the purpose ${purpose}`);
  if (claims.passkeyId !== passkeyId) return found('receipt_mismatch', 'the receipt is for another passkey');
  if (claims.aud !== comparison.audience)
    return found('receipt_mismatch', 'the receipt is for another provider');
  if (outcome === 'refused') return outcome;
  return (await belongsTo(comparison, { accountId: accountId ?? '', userHandle })) ? outcome : forAnother;
}
