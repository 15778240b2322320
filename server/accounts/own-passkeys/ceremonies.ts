/** What a person does with their own passkeys, on whichever page: the manager verifies it, and here it is believed. */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Audit } from '../../audit/audit.ts';
import type { NamedRule } from '../../authenticator-policy/rule.ts';
import { AppError } from '../../errors.ts';
import type { CeremonyContext, PasskeyFacts, PasskeyManager, ProofPurpose } from '../../passkeys/manager.ts';
import { type AcceptedReceipt, acceptReceipt } from '../../receipts/accept.ts';
import { type Mac, receiptDetails } from '../../receipts/evidence.ts';
import type { ReceiptVerifier } from '../../receipts/verifier.ts';
import type { Account } from '../account.ts';

export interface OwnCeremonyDependencies {
  manager: Pick<PasskeyManager, 'finishAuthentication' | 'finishRegistration'>;
  receipts: ReceiptVerifier;
  audit: Pick<Audit, 'record'>;
  mac: Mac;
}

/** Ends an assertion for one purpose. Returns the proof that it is worth. */
export async function confirmWithPasskey(
  dependencies: OwnCeremonyDependencies,
  account: Account,
  forwarded: CeremonyContext & { purpose: ProofPurpose; response: AuthenticationResponseJSON },
): Promise<string | undefined> {
  const { manager, receipts, audit, mac } = dependencies;
  const made = await manager.finishAuthentication(forwarded);
  const { claims } = await acceptReceipt(receipts, forwarded, made);
  refuseForeign(dependencies, account, { type: 'sign_in.failed', claims });
  const type = 'sign_in.confirmed';
  const accountId = account.id;
  const vouched = receiptDetails(mac, { kind: type, accountId, claims });
  const details = { purpose: forwarded.purpose, ...vouched };
  await audit.record({ type, accountId, passkeyId: made.passkey.id, details });
  return made.proof;
}

/** Ends a registration that a proof was given for. Whoever calls writes down what became of its receipt. */
export async function finishOwnRegistration(
  dependencies: OwnCeremonyDependencies,
  account: Account,
  forwarded: CeremonyContext & { response: RegistrationResponseJSON; rules?: readonly NamedRule[] },
): Promise<{ passkey: PasskeyFacts; receipt: AcceptedReceipt }> {
  const { manager, receipts } = dependencies;
  const made = await manager.finishRegistration(forwarded);
  const receipt = await acceptReceipt(receipts, { ...forwarded, purpose: 'register' }, made);
  const { claims } = receipt;
  refuseForeign(dependencies, account, { type: 'passkey.registration_refused', claims });
  return { passkey: made.passkey, receipt };
}

/** One more passkey that signed in to nothing yet. `by`: where it was made. */
export async function recordRegistered(
  { audit, mac }: Pick<OwnCeremonyDependencies, 'audit' | 'mac'>,
  account: Account,
  { receipt: { claims }, by }: { receipt: AcceptedReceipt; by: string },
): Promise<void> {
  const type = 'passkey.registered';
  const accountId = account.id;
  const vouched = receiptDetails(mac, { kind: type, accountId, claims });
  await audit.record({ type, accountId, passkeyId: claims.passkeyId, details: { by, ...vouched } });
}

/** @throws AppError `passkey_rejected`; the audit says why the receipt stays without effect */
function refuseForeign(
  { audit, mac }: Pick<OwnCeremonyDependencies, 'audit' | 'mac'>,
  account: Account,
  {
    type,
    claims,
  }: { type: 'sign_in.failed' | 'passkey.registration_refused'; claims: AcceptedReceipt['claims'] },
): void {
  if (account.userHandles.includes(claims.userHandle)) return;
  const accountId = account.id;
  const details = receiptDetails(mac, { kind: type, accountId, claims });
  const { passkeyId } = claims;
  void audit.record({ type, accountId, passkeyId, reason: 'another_account', details });
  throw new AppError('passkey_rejected', { detail: 'a passkey of another account' });
}
