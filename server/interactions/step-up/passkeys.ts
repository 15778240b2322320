import { AppError } from '../../errors.ts';
import type { PasskeyFacts, StepUpOf } from '../../passkeys/manager.ts';

/**
 * A browser is asked for the passkeys of one user handle: of several (an import has its own) the first.
 * @throws AppError `passkey_not_found` where there is none
 */
export function whichOf(enough: readonly PasskeyFacts[]): StepUpOf {
  const [first] = enough;
  if (!first) throw new AppError('passkey_not_found');
  const { userHandle } = first;
  return {
    userHandle,
    passkeyIds: enough.filter((each) => each.userHandle === userHandle).map(({ id }) => id),
  };
}
