import type { AttributeValue } from '../../accounts/account.ts';
import { isOwnClaim } from '../claim.ts';
import type { Client, Mapper, Realm } from './realm.ts';

/** What becomes of an attribute in tokens: Keycloak's mappers say. */
export interface ClaimOf {
  claim: string;
  type: 'text' | 'number' | 'flag';
  isMany: boolean;
}

const types: Record<string, ClaimOf['type']> = { long: 'number', int: 'number', boolean: 'flag' };

function claimsOfMappers(mappers: readonly Mapper[]): [attribute: string, ClaimOf][] {
  return mappers
    .filter(({ protocolMapper }) => protocolMapper === 'oidc-usermodel-attribute-mapper')
    .map(({ config }) => [
      String(config['user.attribute']),
      {
        claim: String(config['claim.name'] ?? config['user.attribute']),
        type: types[String(config['jsonType.label'])] ?? 'text',
        isMany: config.multivalued === 'true',
      },
    ]);
}

/** By the name of the attribute; the first mapper decides. */
export function readClaims({ clientScopes, clients }: Realm): Map<string, ClaimOf> {
  const scopes = clientScopes.flatMap(({ protocolMappers }) => claimsOfMappers(protocolMappers));
  const own = clients.flatMap(({ protocolMappers }) => claimsOfMappers(protocolMappers));
  return new Map([...scopes, ...own].toReversed());
}

/** Those that an app is told, of the attributes that anybody has. */
export function claimsTold(client: Client, { clientScopes }: Realm, used: ReadonlySet<string>): string[] {
  const scopes = clientScopes.filter(({ name }) => client.defaultClientScopes.includes(name));
  const mappers = [...scopes.flatMap(({ protocolMappers }) => protocolMappers), ...client.protocolMappers];
  const told = claimsOfMappers(mappers).filter(([attribute]) => used.has(attribute));
  return [...new Set(told.map(([, { claim }]) => claim))].filter(isOwnClaim);
}

/** Attributes as claims of their types; `problem` gets those that have none. */
export function typedAttributes(
  attributes: Readonly<Record<string, readonly string[]>>,
  claims: ReadonlyMap<string, ClaimOf>,
  problem: (text: string) => void,
): Record<string, AttributeValue> {
  const typed: Record<string, AttributeValue> = {};
  for (const [name, values] of Object.entries(attributes)) {
    const { claim, type, isMany } = claims.get(name) ?? {
      claim: name,
      type: 'text',
      isMany: values.length > 1,
    };
    const value = typedValue(values, { type, isMany });
    if (!isOwnClaim(claim)) problem(`loses the attribute ${name}: a claim of that name says something else`);
    else if (value === undefined) problem(`loses the attribute ${name}, whose value is not of its type`);
    else typed[claim] = value;
  }
  return typed;
}

function typedValue(
  values: readonly string[],
  { type, isMany }: Omit<ClaimOf, 'claim'>,
): AttributeValue | undefined {
  const [first] = values;
  if (first === undefined) return undefined;
  if (type === 'text') return isMany ? [...values] : first;
  if (type === 'flag') return /^(true|false)$/.test(first) ? first === 'true' : undefined;
  const number = Number(first);
  return first.trim() !== '' && Number.isFinite(number) ? number : undefined;
}
