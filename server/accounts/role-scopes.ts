import { type ApiScope, apiScopes } from '../apps/api-scopes.ts';
import type { Account, Role } from './account.ts';

/** Of everything that there is to administer. */
export const roleScopes: Record<Role, readonly ApiScope[]> = {
  administrator: apiScopes,
  support: ['people:read', 'people:write', 'groups:read', 'metadata:read', 'sessions:read', 'sessions:write'],
  auditor: apiScopes.filter((scope) => scope.endsWith(':read')),
  person: [],
};

/** Of apps that a person administers; which ones is for the operation to look at. */
const ofOwnApps: readonly ApiScope[] = ['apps:read', 'apps:write'];

/** The scopes of our API that a person may use, in whatever app: nobody gives one what they do not have. */
export function apiScopesOf({ role, administers = [] }: Pick<Account, 'role' | 'administers'>): ApiScope[] {
  return [...new Set([...roleScopes[role], ...(administers.length > 0 ? ofOwnApps : [])])];
}
