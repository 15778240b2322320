import type { Account, AccountRepository } from '../accounts/account.ts';
import { ConflictError } from '../errors.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import type { AcceptedReceipt } from '../receipts/accept.ts';
import { type Mac, macOf } from '../receipts/evidence.ts';
import { refusal } from '../receipts/verifier.ts';
import { acrOf, amrOf } from './acr.ts';
import type { SignIn, SignInRepository } from './sign-in.ts';

/** Longer than any session or grant lives, so that what points to a sign-in finds it. */
const keptFor = 400 * 24 * 60 * 60 * 1000;

interface SignInFacts {
  account: Account;
  passkey: PasskeyFacts;
  /** Vouches for the passkey, and for the time. */
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
  { signIns, accounts, mac }: { signIns: SignInRepository; accounts: AccountRepository; mac: Mac },
  made: SignInFacts & Surroundings,
): Promise<SignIn> {
  const { account, passkey, receipt, appId, address, device } = made;
  const { jti: id, userHandle, at } = receipt.claims;
  const whose = { accountId: account.id, passkeyId: passkey.id, userHandle, at };
  const signIn: SignIn = {
    id,
    ...whose,
    acr: acrOf(receipt.claims),
    amr: amrOf(receipt.claims),
    receipt: receipt.jws,
    mac: macOf(mac, { kind: 'sign-in', receipt: id, ...whose }),
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
