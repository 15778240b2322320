import type { Interaction } from 'oidc-provider';
import { requestedAcr, wantedAcr } from '../../oidc/requested-acr.ts';
import type { PasskeyFacts } from '../../passkeys/manager.ts';
import { acrOf, reaches } from '../../sign-ins/acr.ts';
import type { Requirement } from './requirement.ts';

/** An app wants a class (OIDC Core §5.5.1.1) that the session did not reach. */
export function acrRequirement({ interaction }: { interaction: Pick<Interaction, 'params'> }): Requirement {
  const requested = requestedAcr(interaction.params);
  const wanted = wantedAcr(requested);
  const anyKeyDoes = reaches('phr', wanted);
  const isConfirmed = ({ assurance }: PasskeyFacts) => assurance === 'confirmed';
  return {
    wouldDo: (passkey) => reaches(acrOf(asIfUsed(passkey)), wanted),
    isMetBy: (claims) => reaches(acrOf(claims), wanted),
    // A new one is confirmed by one that is. No class above `phr` is reached without metadata that is current.
    newMayDo: (passkeys) =>
      passkeys.some(
        (passkey) =>
          isConfirmed(passkey) && (anyKeyDoes || (passkey.authenticator.metadata?.isCurrent ?? false)),
      ),
    wishes: anyKeyDoes ? {} : { hints: ['security-key', 'client-device'], attestation: 'direct' },
    isOptional: requested.essential.length === 0,
    refusal: {
      error: 'unmet_authentication_requirements',
      error_description: 'no passkey that was used reaches the requested acr',
    },
  };
}

/** Every passkey verifies its user here. One whose BE flag nobody has seen yet is no proof of anything. */
function asIfUsed({ backupEligible = true, backedUp, authenticator, assurance }: PasskeyFacts) {
  const flags = { userPresent: true, userVerified: true, backupEligible, backedUp };
  return { flags, authenticator, assurance };
}
