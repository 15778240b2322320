/** By which `sub` apps know people (OIDC Core §8): what oidc-provider is told of it. */
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Pairwise } from '../secret/pairwise-salt.ts';
import type { FindAccount } from './find-account.ts';
import type { FindBySubject } from './find-by-subject.ts';

export interface SubjectDependencies {
  findAccount: FindAccount;
  findBySubject: FindBySubject;
  /** The `sub` of somebody in a sector. */
  pairwise: Pairwise;
}

export function subjectSettings({ pairwise }: Pick<SubjectDependencies, 'pairwise'>) {
  return {
    subjectTypes: ['public', 'pairwise'],
    pairwiseIdentifier: (_ctx, sub, { sectorIdentifier }) => pairwise(String(sectorIdentifier), sub),
    // Who is of a sector is asked when an app is made, and not while somebody signs in: see `requireSectorDocument`.
    sectorIdentifierUriValidate: () => false,
  } satisfies Configuration;
}

/**
 * Whom a request is about. One of an app without a browser may name the person with an ID token, and so by the `sub` that
 * this app was told.
 */
export async function accountOf(
  { findAccount, findBySubject }: SubjectDependencies,
  { oidc: { route, client, entities } }: KoaContextWithOIDC,
  sub: string,
) {
  const told = client?.latchkey_claims as string[] | undefined;
  const hint = route === 'backchannel_authentication' ? entities.IdTokenHint : undefined;
  if (!client || !hint) return findAccount(sub, told);
  const { auth_time: at } = hint.payload;
  const said = { sub, ...(typeof at === 'number' && { signedInAt: at * 1000 }) };
  const found = await findBySubject(client.clientId, said);
  return found && findAccount(found.sub, told);
}
