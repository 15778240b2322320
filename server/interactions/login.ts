import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { InteractionResults } from 'oidc-provider';
import type { Account, AccountRepository } from '../accounts/account.ts';
import type { App } from '../apps/app.ts';
import type { Audit } from '../audit/audit.ts';
import { type JudgedPasskey, signedPasskey } from '../authenticator-policy/judge.ts';
import { AppError } from '../errors.ts';
import type { CeremonyContext, PasskeyManager, SignInPurpose } from '../passkeys/manager.ts';
import { type AcceptedReceipt, acceptReceipt } from '../receipts/accept.ts';
import { type Mac, receiptDetails } from '../receipts/evidence.ts';
import type { ReceiptClaims } from '../receipts/receipt.ts';
import type { ReceiptVerifier } from '../receipts/verifier.ts';
import { recordSignIn, type Surroundings } from '../sign-ins/record.ts';
import type { RuleBook } from '../sign-ins/rule-book.ts';
import type { SignIn, SignInRepository } from '../sign-ins/sign-in.ts';

export interface LoginDependencies {
  manager: Pick<PasskeyManager, 'finishAuthentication'>;
  receipts: ReceiptVerifier;
  accounts: AccountRepository;
  signIns: SignInRepository;
  audit: Pick<Audit, 'record'>;
  mac: Mac;
  ruleBook: Pick<RuleBook, 'forSignIn'>;
  findApp: (id: string) => Promise<App | undefined>;
  now: () => number;
}

export interface LoginInput extends CeremonyContext, Surroundings {
  response: AuthenticationResponseJSON;
  appId: string;
  /** What the passkey was used for: for `sign-in`, unless it is said. */
  purpose?: SignInPurpose;
  /** Of a step-up: whose passkey it must be. */
  accountId?: string;
}

export interface SignedIn {
  account: Account;
  signIn: SignIn;
  /** What the passkey manager signed of it. */
  claims: ReceiptClaims;
  /** Of that, what rules of apps are held against while the session lasts. */
  judged: JudgedPasskey;
}

/**
 * Signs a person in with the answer of their passkey: verified by the passkey manager, whose receipt is
 * checked, then found by its user handle, then written down.
 * @throws AppError `challenge_expired`, `passkey_rejected`, `account_disabled`, `authenticator_refused`,
 * `authenticator_not_enough`
 */
export async function signIn(dependencies: LoginDependencies, input: LoginInput): Promise<SignedIn> {
  const { interaction, browser, response, accountId, purpose = 'sign-in', ...made } = input;
  const forwarded = { purpose, interaction, response };
  const finished = await dependencies.manager.finishAuthentication({ ...forwarded, browser });
  const receipt = await acceptReceipt(dependencies.receipts, forwarded, finished);
  const { userHandle, passkey } = finished;
  const account = await dependencies.accounts.findByUserHandle(userHandle);
  const isForeign = accountId !== undefined && account?.id !== accountId;
  if (account?.status !== 'active' || isForeign)
    throw refuseSignIn(dependencies, { account, receipt, isForeign });
  const written = await recordSignIn(dependencies, { account, passkey, receipt, ...made });
  // The sign-in itself is stored; its audit event follows in the next batch and holds nobody up.
  void dependencies.audit.record({
    type: 'sign_in.succeeded',
    accountId: account.id,
    passkeyId: passkey.id,
    appId: made.appId,
    signInId: written.id,
  });
  return { account, signIn: written, claims: receipt.claims, judged: signedPasskey(receipt.claims) };
}

/** Its receipt stays without a sign-in, and the audit says why, in a way that only we can. */
function refuseSignIn(
  { audit, mac }: LoginDependencies,
  refused: { account: Account | undefined; receipt: AcceptedReceipt; isForeign: boolean },
): AppError {
  const { account, receipt, isForeign } = refused;
  const { claims } = receipt;
  const { jti: signInId, passkeyId } = claims;
  const type = 'sign_in.failed';
  const known = isForeign ? 'another_account' : 'account_disabled';
  const reason = account ? known : 'account_unknown';
  const whose = account ? { accountId: account.id } : {};
  const details = receiptDetails(mac, { kind: type, claims, ...whose });
  void audit.record({ type, passkeyId, signInId, reason, details, ...whose });
  return account && !isForeign
    ? new AppError('account_disabled', { detail: account.id })
    : new AppError('passkey_rejected', { detail: `${reason} of passkey ${passkeyId}` });
}

/** How the interaction ends: whether it was enough for the app is looked at when it goes on. */
export function loginResult(
  { account, signIn: made, judged }: Pick<SignedIn, 'account' | 'signIn' | 'judged'>,
  { remember }: { remember: boolean },
): InteractionResults {
  const ts = Math.floor(made.at / 1000);
  const basis = { passkeyId: made.passkeyId, revision: account.revision };
  const signedIn = { accountId: account.sub, acr: made.acr, amr: made.amr, ts, remember };
  const login = { ...signedIn, signInId: made.id, basis, judged };
  // prompt=create is answered by whoever comes in, with a new account or with one that they have.
  return { login, create: {} };
}
