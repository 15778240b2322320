/** What a new passkey would have to be, where those that are there are not enough. */

import { needsModel } from './judge.ts';
import type { conveyances, Hint, Requirements } from './rule.ts';

/** Asks for what only an attestation can show. */
function needsAttestation(rule: Requirements): boolean {
  return needsModel(rule) || rule.attestationVerified === true || rule.vendors !== undefined;
}

/** How much a new authenticator is asked to tell: no less than the rule needs to be kept. */
export function conveyanceFor(rule: Requirements): (typeof conveyances)[number] | 'enterprise' {
  if (rule.enterprise) return 'enterprise';
  return needsAttestation(rule) ? 'direct' : (rule.attestation ?? 'none');
}

/**
 * Keys that stay where they were made are in security keys and in some devices; no phone shows that over a distance.
 * Where only some models are denied, anything else will do.
 */
export function hintsFor(rule: Requirements): Hint[] {
  if (needsAttestation(rule) || rule.enterprise || rule.deviceBound) return ['security-key', 'client-device'];
  return rule.deniedModels ? ['client-device', 'hybrid', 'security-key'] : [];
}
