import type { Interaction, InteractionResults } from 'oidc-provider';
import type { Account } from '../../accounts/account.ts';
import { AppError } from '../../errors.ts';
import type { PasskeyFacts, RegistrationWishes } from '../../passkeys/manager.ts';
import type { ReceiptClaims } from '../../receipts/receipt.ts';

/** Why a person is asked for another passkey: the app asked for a class, or a rule does. */
export type StepUpReason = 'acr' | 'policy';

/** What a passkey must be to be enough. The page and its routes know nothing else of why. */
export interface Requirement {
  /** Whether this passkey would be enough, used now: what the page says before anything is signed. */
  wouldDo(passkey: PasskeyFacts): boolean;
  /** Whether a ceremony was: over what the passkey manager signed of it. */
  isMetBy(claims: ReceiptClaims): boolean;
  /** Whether a passkey that is made now can be enough, given those that are there. */
  newMayDo(passkeys: readonly PasskeyFacts[]): boolean;
  /** What a new passkey is made for. */
  wishes: RegistrationWishes;
  /** The person may go on without. */
  isOptional: boolean;
  /** What the app is told where it is not met. */
  refusal: InteractionResults;
}

/** What is asked in an interaction of the prompt `step_up`, by the reason that its check gives. */
export type FindRequirement = (asked: {
  interaction: Pick<Interaction, 'params'>;
  account: Account;
}) => Promise<Requirement> | Requirement;
export type Requirements = Partial<Record<StepUpReason, FindRequirement>>;

export interface StepUp extends Requirement {
  reason: StepUpReason;
}

/**
 * All that an interaction asks, as one. What an app insists on and every rule hold for the one passkey that it is answered with, whichever of them it was that
 * asked. What an app only wishes for waits until then.
 * @throws AppError `interaction_expired` for one that asks something else
 */
export async function requirementOf(
  requirements: Requirements,
  asked: { interaction: Interaction; account: Account },
): Promise<StepUp> {
  const { name, reasons } = asked.interaction.prompt;
  const nothingAsked = new AppError('interaction_expired', { detail: 'no other passkey was asked for' });
  if (name !== 'step_up') throw nothingAsked;
  const all = await Promise.all(
    Object.entries(requirements).map(async ([reason, find]) => ({
      ...(await find(asked)),
      reason: reason as StepUpReason,
    })),
  );
  const asking = all.filter(({ reason }) => reasons.includes(reason));
  const leading = asking.find(({ isOptional }) => !isOptional) ?? asking[0];
  if (!leading) throw nothingAsked;
  const held = all.filter((each) => !each.isOptional || (leading.isOptional && asking.includes(each)));
  return {
    ...leading,
    wouldDo: (passkey) => held.every((each) => each.wouldDo(passkey)),
    isMetBy: (claims) => held.every((each) => each.isMetBy(claims)),
    newMayDo: (passkeys) => held.every((each) => each.newMayDo(passkeys)),
    wishes: Object.assign({}, ...held.map(({ wishes }) => wishes)),
  };
}
