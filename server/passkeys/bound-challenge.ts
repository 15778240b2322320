import { hash } from 'node:crypto';
import { randomToken } from '../secret/secret.ts';
import type { Challenge } from './challenge.ts';
import type { PasskeyManagerDependencies } from './dependencies.ts';
import type { CeremonyContext, CeremonyPurpose } from './manager.ts';
import { ceremonyTimeout } from './policy.ts';
import { refuse } from './refusal.ts';

/** Whoever knows an interaction's id could take part in it: it is stored as a hash, like every such value. */
const interactionNamespace = 'passkey interaction';

type Bindings = Omit<Challenge, 'id' | 'expiresAt'> & { expiresAt?: number };

/** Makes a challenge for one ceremony in one browser and keeps only its hash. Returns its 32 random bytes. */
export async function issueChallenge(
  { storage, hash: keyedHash, now }: PasskeyManagerDependencies,
  { expiresAt = Number.POSITIVE_INFINITY, interaction, ...bindings }: Bindings,
): Promise<Uint8Array<ArrayBuffer>> {
  const challenge = randomToken();
  await storage.challenges.insert({
    ...bindings,
    interaction: keyedHash(interactionNamespace, interaction),
    id: hash('sha256', challenge, 'base64url'),
    expiresAt: Math.min(expiresAt, now() + ceremonyTimeout),
  });
  return new Uint8Array(Buffer.from(challenge, 'base64url'));
}

/**
 * Uses a challenge up, before anything else is checked: a response that is refused later cannot be tried again.
 * One that is unknown, used or expired is told apart by nobody.
 */
export async function takeChallenge(
  { storage, hash: keyedHash, now, relyingParties }: PasskeyManagerDependencies,
  challenge: string,
  expected: CeremonyContext & { purpose: CeremonyPurpose },
) {
  const taken = await storage.challenges.take(hash('sha256', challenge, 'base64url'), now());
  if (!taken) refuse('challenge_unknown', { code: 'challenge_expired' });
  if (taken.purpose !== expected.purpose) refuse('purpose_mismatch');
  if (taken.browser !== expected.browser) refuse('browser_mismatch');
  if (taken.interaction !== keyedHash(interactionNamespace, expected.interaction))
    refuse('interaction_mismatch');
  const relyingParty = relyingParties.find(({ rpId }) => rpId === taken.rpId);
  if (!relyingParty) refuse('rp_id_not_configured');
  return { challenge: taken, relyingParty };
}
