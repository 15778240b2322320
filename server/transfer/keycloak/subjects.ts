import type { AppKind } from '../../apps/app.ts';
import type { NewApp } from '../../apps/validation.ts';
import type { Client, Mapper, Realm } from './realm.ts';

/** `oidc-sha256-pairwise-sub-mapper`, and those that extensions bring. */
export const isPairwise = ({ protocolMapper }: Mapper): boolean =>
  protocolMapper.endsWith('-pairwise-sub-mapper');

/** A machine has no people. */
export function pairwiseMapper(client: Client, { clientScopes }: Realm, kind: AppKind): Mapper | undefined {
  if (kind === 'machine') return undefined;
  const named = [...client.defaultClientScopes, ...client.optionalClientScopes];
  const scopes = clientScopes.filter(({ name }) => named.includes(name));
  return [client, ...scopes].flatMap(({ protocolMappers }) => protocolMappers).find(isPairwise);
}

/** An app that knew people by a `sub` of its own is never told the one that others know them by. */
export function subjectsOf(
  client: Client,
  realm: Realm,
  kind: AppKind,
): Pick<NewApp, 'subjectType' | 'sectorIdentifierUri'> {
  const mapper = pairwiseMapper(client, realm, kind);
  if (!mapper) return {};
  const uri = String(mapper.config.sectorIdentifierUri ?? '').trim();
  return { subjectType: 'pairwise', ...(uri !== '' && { sectorIdentifierUri: uri }) };
}
