import { randomUUID } from 'node:crypto';
import type { Account, AccountRepository } from '../accounts/account.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import { acrOf, amr } from './acr.ts';
import type { SignIn, SignInRepository } from './sign-in.ts';

/** Longer than any session or grant lives, so that what points to a sign-in finds it. */
const keptFor = 400 * 24 * 60 * 60 * 1000;

/** The browser that signs in, as far as it tells. */
export interface Surroundings {
  address?: string;
  device?: string;
}

/** Writes the sign-in before any session is made of it, so "which passkey signed this?" always has an answer. */
export async function recordSignIn(
  { signIns, accounts }: { signIns: SignInRepository; accounts: AccountRepository },
  made: { account: Account; passkey: PasskeyFacts; at: number; appId?: string } & Surroundings,
): Promise<SignIn> {
  const { account, passkey, at, appId, address, device } = made;
  const signIn: SignIn = {
    id: randomUUID(),
    accountId: account.id,
    passkeyId: passkey.id,
    acr: acrOf(passkey),
    amr: [...amr],
    at,
    expiresAt: at + keptFor,
    ...(appId ? { appId } : undefined),
    ...(address ? { address } : undefined),
    ...(device ? { device: device.slice(0, 200) } : undefined),
  };
  await Promise.all([signIns.insert(signIn), accounts.recordSignIn(account.id, at)]);
  return signIn;
}
