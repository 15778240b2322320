import type { AppSignIn } from '../../views/console/apps/activity.ts';
import type { AppApiRow } from '../../views/console/apps/api-panel.ts';
import type { AppData, AppDetails } from '../../views/console/apps/app.ts';
import { mayGiveRoles } from '../admin/permission.ts';
import type { AppFacts } from '../admin/shapes.ts';
import { logoUrl } from '../apps/logos/logo-url.ts';
import { sectorOf } from '../apps/sector.ts';
import { appName } from './apis.ts';
import { securityFacts } from './app-security.ts';
import { groupName } from './person-data.ts';
import { ifAllowed } from './problems.ts';
import { may, shownOnce, type Visit } from './visit.ts';

/** All that an app's page tells, put together from what the caller may read. */
export async function readApp(visit: Visit, id: string): Promise<AppData> {
  const app = await visit.admin.apps.show({ id });
  const [allowedGroups, signIns, guides, errors, apis, exchanged] = await Promise.all([
    Promise.all((app.allowedGroups ?? []).map((group) => groupName(visit, group))),
    readSignIns(visit, id),
    readGuides(visit, app),
    readErrors(visit, id),
    readApis(visit, id),
    readExchanged(visit, app),
  ]);
  const newSecret = shownOnce(visit, `secret ${id}`);
  return {
    app: { ...appDetails(app), allowedGroups },
    ...(newSecret !== undefined && { newSecret }),
    discoveryUrl: `${visit.page.issuer}/.well-known/openid-configuration`,
    guides,
    signIns,
    errors,
    ...(apis && { apis }),
    ...(takesSecret(app.kind) && {
      exchange: { apps: exchanged, mayImpersonate: mayGiveRoles(visit.permissions) },
    }),
    ends: { sessions: 0 },
    may: { change: mayChangeApp(visit, id) },
  };
}

async function readGuides({ admin }: Visit, { id, origin }: AppFacts): Promise<AppData['guides']> {
  if (origin === 'builtin') return [];
  const { guides } = await admin.apps.guides({ id });
  return guides.map(({ tested, ...guide }) => ({ ...guide, wasRun: tested }));
}

async function readErrors({ admin }: Visit, id: string): Promise<AppData['errors']> {
  const { items } = await admin.apps.refusals({ id });
  return items.map(({ sentence, code, at, count: times, mend }) => ({
    ...{ sentence, code, at, times },
    ...(mend && { add: mend.add }),
  }));
}

/** Machines have their own, and servers of web apps. */
const takesSecret = (kind: AppFacts['kind']) => kind === 'web' || kind === 'machine';

async function readExchanged(visit: Visit, { tokenExchange }: AppFacts) {
  const { apps = [], impersonates = [] } = tokenExchange ?? {};
  const named = apps.map(async (id) => ({
    ...(await appName(visit, id)),
    isImpersonated: impersonates.includes(id),
  }));
  return Promise.all(named);
}

/** Those that it may use, and those that it is. */
async function readApis({ admin }: Visit, app: string): Promise<AppApiRow[] | undefined> {
  const found = await ifAllowed(() => admin.apis.list({}));
  return found?.items.flatMap(({ id, name, audience, apps, introspectedBy }) => {
    const allowed = apps.find((each) => each.id === app);
    const isItself = introspectedBy.includes(app);
    const { people = [], machine = [] } = allowed ?? {};
    return allowed || isItself ? [{ id, name, audience, people, machine, isItself }] : [];
  });
}

/** With the scope for all, or as the administrator of this one. */
export const mayChangeApp = (visit: Visit, id: string): boolean =>
  may(visit, 'apps:write') || visit.permissions.apps.has(id);

function appDetails(app: AppFacts): Omit<AppDetails, 'allowedGroups'> {
  const { authenticatorRule, logoUri, origin, apiScopes = [], claims = [], backchannelLogoutUri } = app;
  return {
    ...app,
    lifetimes: app.lifetimes,
    ...{ apiScopes, claims },
    ...{ security: securityFacts(app), ...sectorFact(app) },
    hasRule: authenticatorRule !== undefined && Object.keys(authenticatorRule).length > 0,
    ...(backchannelLogoutUri !== undefined && { backchannelLogoutUri }),
    ...(logoUri !== undefined && { logoUrl: logoUrl(app) ?? '' }),
    ...(origin === 'builtin' && { isBuiltin: true }),
    ...(origin === 'dynamic' && { isRegistered: true }),
  };
}

function sectorFact(app: AppFacts): Pick<AppDetails, 'sector'> {
  const sector = sectorOf(app);
  return sector === undefined ? {} : { sector };
}

async function readSignIns({ admin }: Visit, app: string): Promise<AppSignIn[]> {
  const found = await ifAllowed(() => admin.signIns.listByApp({ app, limit: 10 }));
  const items = found?.items ?? [];
  const people = new Map(
    await Promise.all(
      [...new Set(items.map(({ accountId }) => accountId))].map(
        async (user) => [user, await ifAllowed(() => admin.people.show({ user }))] as const,
      ),
    ),
  );
  return items.map(({ id, at, accountId, passkeyId, device }) => {
    const person = people.get(accountId);
    const passkey = person?.passkeys.find((each) => each.id === passkeyId);
    return {
      ...{ id, at },
      person: { id: accountId, ...(person && { name: person.account.name }) },
      passkey: { id: passkeyId, ...(passkey && { name: passkey.name }) },
      ...(device !== undefined && { device }),
    };
  });
}
