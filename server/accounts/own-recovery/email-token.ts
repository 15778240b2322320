import type { Secret } from '../../secret/secret.ts';
import type { Account } from '../account.ts';

const context = 'address verification';
const hour = 60 * 60 * 1000;
const livesFor = 24 * hour;

type Vault = Pick<Secret, 'seal' | 'open'>;

interface Claim {
  accountId: string;
  email: string;
  expiresAt: number;
}

/** What a mailed link carries: that this address belongs to this account. Stored nowhere; using it twice is as once. */
export function sealEmailToken(
  vault: Pick<Vault, 'seal'>,
  { id: accountId, email }: { id: string; email: string },
  now: number,
): { token: string; expiresAt: number } {
  const expiresAt = now + livesFor;
  const claim: Claim = { accountId, email, expiresAt };
  return { token: vault.seal(JSON.stringify(claim), context), expiresAt };
}

/** `undefined` where it is of nobody, or has run out. */
export function openEmailToken(
  vault: Pick<Vault, 'open'>,
  token: string,
  now: number,
): Omit<Claim, 'expiresAt'> | undefined {
  try {
    const { expiresAt, ...claim }: Claim = JSON.parse(vault.open(token, context));
    return expiresAt > now ? claim : undefined;
  } catch {
    return undefined;
  }
}

/** To the letter, as it was when the link was mailed. */
export const isStillTheirs = (
  account: Account | undefined,
  { email }: { email: string },
): account is Account => account?.status === 'active' && account.email === email;
