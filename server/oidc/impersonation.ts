/**
 * Tokens in which an app stands in the place of a person and nobody says so (RFC 8693 §1.1): only where the installation
 * and an administrator of the apps allow it, and never of whoever administers anything.
 */
import type { Client, Grant } from 'oidc-provider';
import { apiScopesOf } from '../accounts/role-scopes.ts';
import type { Config } from '../config.ts';
import { mayUse } from './admission.ts';
import type { FindAccount } from './find-account.ts';
import { personOf } from './person.ts';
import { type StandingDependencies, type SubjectToken, standingGrant } from './subject-token.ts';

/** What an app asks for by name (`requested_token_type`, RFC 8693 §§2.1, 3): nobody gets it by leaving something out. */
export const impersonation = 'urn:latchkey:token-type:impersonation';

/** Seconds. */
export const longestImpersonation = 5 * 60;

/** Whether an app may stand in the place of people in whose name another app has tokens. */
export const impersonates = (client: Client, of: string): boolean =>
  ((client.latchkey_impersonates ?? []) as string[]).includes(of);

/** Nobody who has a part in administration, however small. */
export const mayBeImpersonated = (account: object): boolean => apiScopesOf(personOf(account)).length === 0;

export interface ImpersonationDependencies extends StandingDependencies {
  config: Pick<Config, 'impersonation'>;
  findAccount: FindAccount;
}

/**
 * The grant that such a token stands on, where both apps still have what they had, the person is there with every passkey
 * that signed in for it, and has become nobody who may not be impersonated.
 */
export async function standingImpersonation(
  { config, findAccount, ...standing }: ImpersonationDependencies,
  { client_id, grant_id }: Pick<SubjectToken, 'client_id' | 'grant_id'>,
): Promise<Grant | undefined> {
  if (!config.impersonation) return undefined;
  const { Client, Grant } = standing.provider;
  const { clientId: of = '', accountId = '' } = (await Grant.find(grant_id)) ?? {};
  const [app, other, account] = await Promise.all([
    Client.find(client_id),
    Client.find(of),
    findAccount(accountId),
  ]);
  if (!app || !other || !account || !impersonates(app, of) || !mayBeImpersonated(account)) return undefined;
  const isAdmitted = [app, other].every((each) => mayUse(each.latchkey_allowed_groups, account));
  return isAdmitted ? standingGrant(standing, { client_id: of, grant_id }) : undefined;
}
