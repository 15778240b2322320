const base = '/console';
const at = (...parts: string[]) => [base, ...parts.map(encodeURIComponent)].join('/');

/** Where everything of the console is; see `server/console/routes.ts`. */
export const consoleUrls = {
  /** Leads to what one may see first. */
  start: base,
  overview: at('overview'),
  search: at('search'),
  people: at('people'),
  newPerson: at('people', 'new'),
  /** `act` such as `disable` is where its form goes. */
  person: (id: string, ...act: string[]) => at('people', id, ...act),
  approvals: at('approvals'),
  /** `act` such as `approve` is where its form goes. */
  approval: (id: string, ...act: string[]) => at('approvals', id, ...act),
  attributes: at('attributes'),
  removeAttribute: at('attributes', 'remove'),
  groups: at('groups'),
  newGroup: at('groups', 'new'),
  group: (id: string, ...act: string[]) => at('groups', id, ...act),
  apps: at('apps'),
  newApp: at('apps', 'new'),
  registration: at('registration'),
  removeRegistrationToken: at('registration', 'remove'),
  app: (id: string, ...act: string[]) => at('apps', id, ...act),
  apis: at('apis'),
  newApi: at('apis', 'new'),
  api: (id: string, ...act: string[]) => at('apis', id, ...act),
  policies: at('policies'),
  policy: (scope: string, ...act: string[]) => at('policies', scope, ...act),
  metadata: at('metadata'),
  refreshMetadata: at('metadata', 'refresh'),
  model: (aaguid: string) => at('metadata', aaguid),
  sessions: at('sessions'),
  endSession: at('sessions', 'end'),
  trace: at('sessions', 'trace'),
  audit: at('audit'),
  auditLive: at('audit', 'live'),
  auditExport: at('audit', 'export'),
  keys: at('keys'),
  rotateKeys: at('keys', 'rotate'),
  system: at('system'),
  account: '/account',
  signOut: '/session/end',
} as const;

/** The same page with other filters: those that are empty are left out. */
export function withQuery(url: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length > 0 ? `${url}?${new URLSearchParams(given)}` : url;
}
