import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Account, AccountRepository } from '../../accounts/account.ts';
import {
  finishOwnRegistration,
  type OwnCeremonyDependencies,
  recordRegistered,
} from '../../accounts/own-passkeys/ceremonies.ts';
import { signedPasskey } from '../../authenticator-policy/judge.ts';
import type { NamedRule } from '../../authenticator-policy/rule.ts';
import type { CeremonyContext } from '../../passkeys/manager.ts';
import { recordSignIn, type Surroundings } from '../../sign-ins/record.ts';
import type { SignInRepository } from '../../sign-ins/sign-in.ts';
import type { SignedIn } from '../login.ts';
import type { Requirement } from './requirement.ts';

interface Dependencies extends OwnCeremonyDependencies {
  accounts: AccountRepository;
  signIns: SignInRepository;
}

interface Answer extends CeremonyContext, Surroundings {
  response: RegistrationResponseJSON;
  appId: string;
  isMetBy: Requirement['isMetBy'];
  /** What groups ask of every new passkey. */
  rules: readonly NamedRule[];
}

/**
 * Ends the making of a passkey. Making one shows its possession and verifies the person, so it is a sign-in as well,
 * where it is enough. One that is not stays as a passkey, and signs in to nothing.
 */
export async function registerForStepUp(
  dependencies: Dependencies,
  account: Account,
  { interaction, browser, response, isMetBy, rules, ...made }: Answer,
): Promise<Pick<SignedIn, 'account' | 'signIn' | 'judged'> | undefined> {
  const forwarded = { interaction, browser, response, rules };
  const { passkey, receipt } = await finishOwnRegistration(dependencies, account, forwarded);
  if (!isMetBy(receipt.claims)) {
    await recordRegistered(dependencies, account, { receipt, by: 'step-up' });
    return undefined;
  }
  const signIn = await recordSignIn(dependencies, { account, passkey, receipt, ...made });
  await dependencies.audit.record({
    type: 'passkey.registered',
    accountId: account.id,
    passkeyId: passkey.id,
    signInId: signIn.id,
    details: { by: 'step-up' },
  });
  return { account, signIn, judged: signedPasskey(receipt.claims) };
}
