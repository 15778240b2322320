import { hash } from 'node:crypto';
import { randomToken } from '../secret/secret.ts';
import type { Challenge } from './challenge.ts';
import type { PasskeyManagerDependencies } from './dependencies.ts';
import type { CeremonyContext, CeremonyPurpose } from './manager.ts';
import { ceremonyTimeout } from './policy.ts';
import { refuse } from './refusal.ts';

type Bindings = Omit<Challenge, 'id' | 'expiresAt'> & { expiresAt?: number };

/** Makes a challenge for one ceremony in one browser and keeps only its hash. Returns its 32 random bytes. */
export async function issueChallenge(
  { storage, now }: PasskeyManagerDependencies,
  { expiresAt = Number.POSITIVE_INFINITY, interaction, ...bindings }: Bindings,
): Promise<Uint8Array<ArrayBuffer>> {
  const challenge = randomToken();
  await storage.challenges.insert({
    ...bindings,
    interaction: sha256(interaction),
    id: sha256(challenge),
    expiresAt: Math.min(expiresAt, now() + ceremonyTimeout),
  });
  return new Uint8Array(Buffer.from(challenge, 'base64url'));
}

/**
 * Uses a challenge up, before anything else is checked: a response that is refused later cannot be tried again.
 * One that is unknown, used or expired is told apart by nobody.
 */
export async function takeChallenge(
  { storage, now, relyingParties }: PasskeyManagerDependencies,
  challenge: string,
  expected: CeremonyContext & { purpose: CeremonyPurpose },
) {
  const taken = await storage.challenges.take(sha256(challenge), now());
  if (!taken) refuse('challenge_unknown', { code: 'challenge_expired' });
  if (taken.purpose !== expected.purpose) refuse('purpose_mismatch');
  if (taken.browser !== expected.browser) refuse('browser_mismatch');
  if (taken.interaction !== sha256(expected.interaction)) refuse('interaction_mismatch');
  const relyingParty = relyingParties.find(({ rpId }) => rpId === taken.rpId);
  if (!relyingParty) refuse('rp_id_not_configured');
  return { challenge: taken, relyingParty };
}

/** Neither a challenge nor the id of an interaction can be guessed, so they need no key. */
function sha256(value: string): string {
  return hash('sha256', value, 'base64url');
}
