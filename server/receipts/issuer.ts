import { createPrivateKey, hash, type KeyObject, randomBytes } from 'node:crypto';
import { StorageError } from '../errors.ts';
import { openReceiptKeys, type ReceiptKeyDependencies, receiptKeyContext } from './keys.ts';
import { type Receipt, type ReceiptClaims, type ReceiptRepository, receiptLifetime } from './receipt.ts';
import { type ReceiptKey, standingOf } from './receipt-key.ts';
import { signReceipt } from './signature.ts';

/** What a ceremony has found out. `interaction` and `challenge` are hashed. */
export type Verified = Omit<ReceiptClaims, 'iss' | 'aud' | 'jti' | 'iat' | 'exp' | 'challengeHash'> & {
  challenge: string;
};

/** As long as the sign-ins that point to them. */
const keptFor = 400 * 24 * 60 * 60 * 1000;

/** How old the list of keys may be: another process may have changed keys. */
const keysFor = 1000;

/** Signs receipts and writes each into the list before it is handed out. */
export function createReceiptIssuer(
  dependencies: ReceiptKeyDependencies & { receipts: ReceiptRepository; issuer: string; audience: string },
): (verified: Verified) => Promise<string> {
  const { receipts, issuer: iss, audience: aud, now } = dependencies;
  const signingKey = createSigningKey(dependencies);
  return async ({ challenge, interaction, ...verified }) => {
    const { kid, key } = await signingKey();
    const issuedAt = now();
    const iat = Math.floor(issuedAt / 1000);
    const id = randomBytes(16).toString('base64url');
    const times = { jti: id, iat, exp: iat + receiptLifetime };
    const bound = { interaction: sha256(interaction), challengeHash: sha256(challenge) };
    const claims: ReceiptClaims = { iss, aud, ...times, ...verified, ...bound };
    const jws = signReceipt(claims, { kid, key });
    const { userHandle, passkeyId, purpose } = verified;
    const listed = { id, at: issuedAt, expiresAt: issuedAt + keptFor };
    const receipt: Receipt = { ...listed, userHandle, passkeyId, purpose, jws, kid };
    await receipts.insert(receipt);
    return jws;
  };
}

/** The key that signs now, opened once. */
function createSigningKey(dependencies: ReceiptKeyDependencies) {
  let current: { kid: string; key: KeyObject } | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const at = dependencies.now();
    if (current && Math.abs(at - readAt) < keysFor) return current;
    const stored = await openReceiptKeys(dependencies);
    const id = standingOf(stored).find(({ status }) => status === 'current')?.id;
    const found = stored.find((key) => key.id === id);
    if (!found) throw new Error('a key that signs is there from the first start on');
    if (found.id !== current?.kid) current = { kid: found.id, key: openKey(found, dependencies) };
    readAt = at;
    return current;
  };
}

/** @throws StorageError `wrong_secret`: a replacement is never made silently */
function openKey(
  { id, sealedJwk }: ReceiptKey,
  { secret }: Pick<ReceiptKeyDependencies, 'secret'>,
): KeyObject {
  try {
    const jwk = JSON.parse(secret.open(sealedJwk, receiptKeyContext(id)));
    return createPrivateKey({ key: jwk, format: 'jwk' });
  } catch (cause) {
    const remedy = 'Bring back a backup from before it was damaged, with the secret that it was made with';
    throw new StorageError('wrong_secret', `receipt key ${id} cannot be opened. ${remedy}.`, { cause });
  }
}

function sha256(value: string): string {
  return hash('sha256', value, 'base64url');
}
