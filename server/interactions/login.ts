import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { InteractionResults } from 'oidc-provider';
import type { Account, AccountRepository } from '../accounts/account.ts';
import type { Audit } from '../audit/audit.ts';
import { AppError } from '../errors.ts';
import { requestedAcr } from '../oidc/requested-acr.ts';
import type { CeremonyContext, PasskeyManager } from '../passkeys/manager.ts';
import { type AcceptedReceipt, acceptReceipt } from '../receipts/accept.ts';
import { type Mac, receiptDetails } from '../receipts/evidence.ts';
import type { ReceiptVerifier } from '../receipts/verifier.ts';
import { reaches } from '../sign-ins/acr.ts';
import { recordSignIn, type Surroundings } from '../sign-ins/record.ts';
import type { SignIn, SignInRepository } from '../sign-ins/sign-in.ts';

export interface LoginDependencies {
  manager: Pick<PasskeyManager, 'finishAuthentication'>;
  receipts: ReceiptVerifier;
  accounts: AccountRepository;
  signIns: SignInRepository;
  audit: Pick<Audit, 'record'>;
  mac: Mac;
}

export interface LoginInput extends CeremonyContext, Surroundings {
  response: AuthenticationResponseJSON;
  appId: string;
}

/**
 * Signs a person in with the answer of their passkey: verified by the passkey manager, whose receipt is
 * checked, then found by its user handle, then written down.
 * @throws AppError `challenge_expired`, `passkey_rejected`, `account_disabled`
 */
export async function signIn(
  dependencies: LoginDependencies,
  input: LoginInput,
): Promise<{ account: Account; signIn: SignIn }> {
  const { interaction, browser, response, ...made } = input;
  const forwarded = { purpose: 'sign-in', interaction, response } as const;
  const finished = await dependencies.manager.finishAuthentication({ ...forwarded, browser });
  const receipt = await acceptReceipt(dependencies.receipts, forwarded, finished);
  const { userHandle, passkey } = finished;
  const account = await dependencies.accounts.findByUserHandle(userHandle);
  if (account?.status !== 'active') throw refuseSignIn(dependencies, { account, receipt });
  const written = await recordSignIn(dependencies, { account, passkey, receipt, ...made });
  // The sign-in itself is stored; its audit event follows in the next batch and holds nobody up.
  void dependencies.audit.record({
    type: 'sign_in.succeeded',
    accountId: account.id,
    passkeyId: passkey.id,
    appId: made.appId,
    signInId: written.id,
  });
  return { account, signIn: written };
}

/** Its receipt stays without a sign-in, and the audit says why, in a way that only we can. */
function refuseSignIn(
  { audit, mac }: LoginDependencies,
  { account, receipt }: { account: Account | undefined; receipt: AcceptedReceipt },
): AppError {
  const { claims } = receipt;
  const { jti: signInId, passkeyId } = claims;
  const type = 'sign_in.failed';
  const reason = account ? 'account_disabled' : 'account_unknown';
  const whose = account ? { accountId: account.id } : {};
  const details = receiptDetails(mac, { kind: type, claims, ...whose });
  void audit.record({ type, passkeyId, signInId, reason, details, ...whose });
  return account
    ? new AppError('account_disabled', { detail: account.id })
    : new AppError('passkey_rejected', { detail: `no account has user handle of passkey ${passkeyId}` });
}

/** How the interaction ends: signed in, or refused where the app insists on more than this passkey gives. */
export function loginResult(
  { account, signIn: made }: { account: Account; signIn: SignIn },
  { params, remember }: { params: object; remember: boolean },
): InteractionResults {
  const { essential } = requestedAcr(params);
  if (essential.length > 0 && !reaches(made.acr, essential))
    return {
      error: 'unmet_authentication_requirements',
      error_description: 'this passkey does not reach the requested acr',
    };
  const ts = Math.floor(made.at / 1000);
  const basis = { passkeyId: made.passkeyId, revision: account.revision };
  const signedIn = { accountId: account.sub, acr: made.acr, amr: made.amr, ts, remember };
  const login = { ...signedIn, signInId: made.id, basis };
  // prompt=create is answered by whoever comes in, with a new account or with one that they have.
  return { login, create: {} };
}
