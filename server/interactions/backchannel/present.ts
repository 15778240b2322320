import type { RequestCard } from '../../../views/pages/account-requests.ts';
import type { Account } from '../../accounts/account.ts';
import type { AttributeDefinitionRepository } from '../../accounts/attribute.ts';
import { scopesOfClaims } from '../../accounts/claims.ts';
import { scopeItems } from '../../accounts/presentation.ts';
import type { Config } from '../../config.ts';
import type { GroupRepository } from '../../groups/group.ts';
import { attributesTold, requestedScopes } from '../consent/consent.ts';
import { appFace } from '../pages.ts';
import { type WaitingDependencies, waitingRequests } from './approval.ts';

export interface PresentDependencies extends WaitingDependencies {
  groups: Pick<GroupRepository, 'findMany'>;
  attributeDefinitions: Pick<AttributeDefinitionRepository, 'list'>;
  config: Pick<Config, 'issuer' | 'lifetimes'>;
}

/** What waits for a person, as their account page shows it. */
export async function presentRequests(
  dependencies: PresentDependencies,
  account: Account,
): Promise<RequestCard[]> {
  const waiting = await waitingRequests(dependencies, account);
  if (waiting.length === 0) return [];
  const { groups, attributeDefinitions, config } = dependencies;
  const [memberships, definitions] = await Promise.all([
    groups.findMany(account.groups),
    attributeDefinitions.list(),
  ]);
  const days = config.lifetimes.refreshToken / 86_400;
  return waiting.map(({ app, ...request }) => {
    const scopes = [
      ...requestedScopes(request, { app, account, issuer: config.issuer }),
      ...scopesOfClaims(request.claims),
    ];
    const attributes = attributesTold({ app, account }, definitions);
    return {
      id: request.id,
      app: appFace(app),
      ...(request.bindingMessage !== undefined && { bindingMessage: request.bindingMessage }),
      items: scopeItems([...new Set(scopes)], { account, groups: memberships, days, attributes }),
      expiresAt: request.expiresAt,
    };
  });
}
