import type { Account, AccountRepository } from '../accounts/account.ts';
import { ConflictError } from '../errors.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import type { AcceptedReceipt } from '../receipts/accept.ts';
import { refusal } from '../receipts/verifier.ts';
import { acrOf, amr } from './acr.ts';
import type { SignIn, SignInRepository } from './sign-in.ts';

/** Longer than any session or grant lives, so that what points to a sign-in finds it. */
const keptFor = 400 * 24 * 60 * 60 * 1000;

interface SignInFacts {
  account: Account;
  passkey: PasskeyFacts;
  at: number;
  /** Vouches for the passkey. */
  receipt: AcceptedReceipt;
  appId?: string;
}

/** The browser that signs in, as far as it tells. */
export interface Surroundings {
  address?: string;
  device?: string;
}

/**
 * Writes the sign-in before any session is made of it, so "which passkey signed this?" always has an answer. Its id is
 * that of the receipt, so the storage takes one sign-in of each, whichever instance it comes to.
 * @throws AppError `passkey_rejected` for a receipt that signed in before
 */
export async function recordSignIn(
  { signIns, accounts }: { signIns: SignInRepository; accounts: AccountRepository },
  made: SignInFacts & Surroundings,
): Promise<SignIn> {
  const { account, passkey, at, receipt, appId, address, device } = made;
  const signIn: SignIn = {
    id: receipt.claims.jti,
    accountId: account.id,
    passkeyId: passkey.id,
    acr: acrOf(passkey),
    amr: [...amr],
    at,
    receipt: receipt.jws,
    expiresAt: at + keptFor,
    ...(appId ? { appId } : undefined),
    ...(address ? { address } : undefined),
    ...(device ? { device: device.slice(0, 200) } : undefined),
  };
  await Promise.all([insertOnce(signIns, signIn), accounts.recordSignIn(account.id, at)]);
  return signIn;
}

async function insertOnce(signIns: SignInRepository, signIn: SignIn): Promise<void> {
  try {
    await signIns.insert(signIn);
  } catch (cause) {
    if (cause instanceof ConflictError) throw refusal('receipt used', cause);
    throw cause;
  }
}
