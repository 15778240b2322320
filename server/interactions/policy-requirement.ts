import { conveyanceFor, hintsFor } from '../authenticator-policy/enough.ts';
import { judgedPasskey, needsModel, objectionsOf, signedPasskey } from '../authenticator-policy/judge.ts';
import { requirementsOf } from '../authenticator-policy/merge.ts';
import type { EnoughDependencies } from '../oidc/enough.ts';
import { appOf } from './interaction.ts';
import type { FindRequirement } from './step-up/requirement.ts';

/**
 * Groups or the app ask for a passkey that none of those is which the session rests on.
 * @throws AppError `rules_contradict`
 */
export function createPolicyRequirement({
  ruleBook,
  findApp,
  now,
}: Omit<EnoughDependencies, 'activePasskeys'>): FindRequirement {
  return async ({ interaction, account }) => {
    const rules = await ruleBook.forSignIn(account, await findApp(appOf(interaction)));
    const requirements = requirementsOf(rules, { now: now() });
    const hints = hintsFor(requirements);
    const asksForAttestation = ['direct', 'enterprise'].includes(conveyanceFor(requirements));
    return {
      isMetBy: (claims) => objectionsOf(rules, signedPasskey(claims), now()).length === 0,
      wouldDo: (passkey) => objectionsOf(rules, judgedPasskey(passkey), now()).length === 0,
      // What only the metadata of a model tells is believed of nothing new while that is too old.
      newMayDo: (passkeys) =>
        !needsModel(requirements) ||
        passkeys.some(({ authenticator }) => authenticator.metadata?.isCurrent ?? false),
      wishes: {
        ...(hints.length > 0 && { hints }),
        ...(asksForAttestation && { attestation: 'direct' as const }),
      },
      isOptional: false,
      refusal: {
        error: 'access_denied',
        error_description: 'no passkey that was used is enough for this app',
      },
    };
  };
}
