import type { Account as ProviderAccount } from 'oidc-provider';
import type { AccountRepository } from '../accounts/account.ts';
import { type AttributeDefinitionRepository, attributeClaims } from '../accounts/attribute.ts';
import { claimsOf } from '../accounts/claims.ts';
import type { GroupRepository } from '../groups/group.ts';
import { ownClaims } from './own-claims.ts';
import type { Person } from './person.ts';

interface FinderDependencies {
  accounts: Pick<AccountRepository, 'findBySub'>;
  groups: Pick<GroupRepository, 'findMany'>;
  attributeDefinitions: Pick<AttributeDefinitionRepository, 'list'>;
}

/** `told`: names of the installation's own claims that the app is told. */
export type FindAccount = (
  sub: string,
  told?: readonly string[],
) => Promise<(ProviderAccount & Person) | undefined>;

/** People as oidc-provider wants to know them: those who may sign in. */
export function createAccountFinder(dependencies: FinderDependencies): FindAccount {
  const { accounts, groups, attributeDefinitions } = dependencies;
  return async (sub, told = []) => {
    const account = await accounts.findBySub(sub);
    if (account?.status !== 'active') return undefined;
    const attributesFor = async (scopes: readonly string[]) => {
      if (told.length === 0 || !scopes.includes('profile')) return {};
      const claims = attributeClaims(account, { claims: told }, await attributeDefinitions.list());
      return Object.fromEntries(
        claims.flatMap(({ definition, value }) => (value === undefined ? [] : [[definition.id, value]])),
      );
    };
    return {
      accountId: sub,
      id: account.id,
      groups: account.groups,
      userHandles: account.userHandles,
      role: account.role,
      ...(account.administers && { administers: account.administers }),
      async claims(_use, scope) {
        const scopes = scope.split(' ');
        const isInSome = account.groups.length > 0;
        const ofGroups = isInSome && scopes.includes('groups') ? await groups.findMany(account.groups) : [];
        return { ...claimsOf(account, ofGroups), [ownClaims]: await attributesFor(scopes) };
      },
    };
  };
}
