/** What there is to administer, as the API, the console and the command divide it. */
const areas = [
  'people',
  'groups',
  'apps',
  'policies',
  'metadata',
  'sessions',
  'audit',
  'keys',
  'system',
] as const;

/** A scope of our own API, such as `people:read`: `write` covers changes alone, and reading is asked for beside it. */
export type ApiScope = `${(typeof areas)[number]}:${'read' | 'write'}`;

export const apiScopes: readonly ApiScope[] = areas.flatMap((area): ApiScope[] => [
  `${area}:read`,
  `${area}:write`,
]);

/** Our API as a resource (RFC 8707 §2): the `resource` that a token is asked for, and its `aud`. */
export const apiResource = (issuer: string): string => `${issuer.replace(/\/$/, '')}/api/v1`;
