import { type Section, sections } from '../../views/console/sections.ts';
import type { Permissions } from '../admin/permission.ts';
import type { ApiScope } from '../apps/api-scopes.ts';
import { allowedAppRoutes } from './allowed-apps.ts';
import { apiFormRoutes } from './api-forms.ts';
import { apiRoutes } from './apis.ts';
import { appExchangeRoutes } from './app-exchange.ts';
import { appFormRoutes } from './app-forms.ts';
import { approvalRoutes } from './approvals.ts';
import { appRoutes } from './apps.ts';
import { attributeRoutes } from './attribute-definitions.ts';
import { auditRoutes } from './audit.ts';
import { groupRoutes } from './groups.ts';
import { keyRoutes } from './keys.ts';
import { metadataRoutes } from './metadata.ts';
import { overviewRoutes } from './overview.ts';
import { passkeyRoutes } from './passkeys.ts';
import { peopleRoutes } from './people.ts';
import { personFormRoutes } from './person-forms.ts';
import { policyRoutes } from './policies.ts';
import { registrationRoutes } from './registration.ts';
import { searchRoutes } from './search.ts';
import { sessionRoutes } from './sessions.ts';
import { systemRoutes } from './system.ts';
import type { ConsoleRoute } from './visit.ts';

/** Every page and every form. The first that fits answers: `/people/new` is no person's. */
export const consoleRoutes: readonly ConsoleRoute[] = [
  ...overviewRoutes,
  ...searchRoutes,
  ...personFormRoutes,
  ...peopleRoutes,
  ...approvalRoutes,
  ...passkeyRoutes,
  ...attributeRoutes,
  ...registrationRoutes,
  ...groupRoutes,
  ...appRoutes,
  ...appFormRoutes,
  ...appExchangeRoutes,
  ...apiFormRoutes,
  ...apiRoutes,
  ...allowedAppRoutes,
  ...policyRoutes,
  ...metadataRoutes,
  ...sessionRoutes,
  ...auditRoutes,
  ...keyRoutes,
  ...systemRoutes,
];

/** What one must be able to read to have a room in the navigation. */
const readers: Record<Section, ApiScope> = {
  overview: 'system:read',
  people: 'people:read',
  groups: 'groups:read',
  apps: 'apps:read',
  apis: 'apps:read',
  sessions: 'sessions:read',
  policies: 'policies:read',
  metadata: 'metadata:read',
  audit: 'audit:read',
  keys: 'keys:read',
  system: 'system:read',
};

export function sectionsFor({ scopes, apps }: Permissions): Section[] {
  const names = Object.keys(readers) as Section[];
  return names.filter((section) => {
    // Who administers single apps sees these.
    return scopes.has(readers[section]) || (section === 'apps' && apps.size > 0);
  });
}

/** Where one lands: what one may see first. */
export function startOf(permissions: Permissions): string {
  const [first = 'people'] = sectionsFor(permissions);
  return sections[first].url;
}
