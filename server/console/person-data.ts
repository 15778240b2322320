/** All that a person's page tells, put together from what the caller may read. */

import type { PassportData } from '../../views/console/people/passport.ts';
import type { PersonApp, PersonData } from '../../views/console/people/person.ts';
import type { SessionRow } from '../../views/console/session-table.ts';
import { iconUrl } from '../accounts/icon-url.ts';
import { mayGiveRoles, permissionsOfAccount, requireMayActOn } from '../admin/permission.ts';
import type { PersonFacts } from '../admin/shapes.ts';
import { isOwnPage } from '../apps/builtin-apps.ts';
import { ofTrial } from '../apps/trial-app.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import { latestEvents } from './audit.ts';
import { ifAllowed } from './problems.ts';
import { may, type Visit } from './visit.ts';

type Grants = Awaited<ReturnType<Visit['admin']['grants']['list']>>['items'];
type Sessions = Awaited<ReturnType<Visit['admin']['sessions']['list']>>['items'];

export async function readPerson(visit: Visit, user: string): Promise<PersonData> {
  const { account, passkeys } = await visit.admin.people.show({ user });
  const [groups, administers, { sessions, grants }] = await Promise.all([
    Promise.all(account.groups.map((id) => groupName(visit, id))),
    Promise.all((account.administers ?? []).map((id) => appName(visit, id))),
    readSessions(visit, account.id),
  ]);
  const [signIns, events] = await Promise.all([
    lastUses(visit, account.id),
    latestEvents(visit, { user: account.id }),
  ]);
  const own = ownApps(grants);
  const names = new Map(
    await Promise.all(own.map(async ({ appId }) => [appId, await appName(visit, appId)] as const)),
  );
  const connected = own.map((grant) => connectedApp(grant, names.get(grant.appId)?.name ?? grant.appId));
  return {
    person: { ...personFacts(account), groups, administers },
    passkeys: passkeys.map((passkey) => passkeyCard(passkey, signIns.get(passkey.id))),
    sessions: (await Promise.all(sessions.map((session) => sessionRow(visit, session)))).map((row) => ({
      ...row,
      person: { id: account.id, name: account.name },
    })),
    apps: connected,
    ...(events && { events }),
    may: whatMayBeDone(visit, account),
    ends: { sessions: sessions.length, apps: connected.length },
  };
}

function personFacts(account: PersonFacts): Omit<PersonData['person'], 'groups' | 'administers'> {
  const { id, sub, name, userName, emailVerified, role, status, createdAt, revision } = account;
  const { email, locale, lastSignInAt, attributes = {} } = account;
  return {
    ...{ id, sub, name, userName, emailVerified, role, status, createdAt, revision },
    ...(email !== undefined && { email }),
    ...(locale !== undefined && { locale }),
    ...(lastSignInAt !== undefined && { lastSignInAt }),
    attributes: Object.entries(attributes).map(([attribute, value]) => ({ name: attribute, value })),
  };
}

/** Nobody acts on who may do more than they may, nor on themselves where somebody else has to. */
function whatMayBeDone(visit: Visit, account: PersonFacts): PersonData['may'] {
  const isWithin = isWithinOwn(visit, account);
  const isOther = account.id !== visit.account.id;
  const change = isWithin && may(visit, 'people:write');
  return {
    change,
    disable: change && isOther,
    recover: change && isOther,
    remove: change && isOther,
    endSessions: isWithin && may(visit, 'sessions:write'),
  };
}

export function isWithinOwn({ permissions }: Visit, account: PersonFacts): boolean {
  try {
    requireMayActOn(permissions, account);
    return true;
  } catch {
    return false;
  }
}

export async function groupName({ admin }: Visit, id: string): Promise<{ id: string; name: string }> {
  const group = await ifAllowed(() => admin.groups.show({ group: id }));
  return { id, name: group?.name ?? id };
}

/** A trial of an app is called as the app is, and leads to it. */
export async function appName({ admin }: Visit, id: string): Promise<{ id: string; name: string }> {
  const real = ofTrial(id) ?? id;
  const app = await ifAllowed(() => admin.apps.show({ id: real }));
  return { id: real, name: app?.name ?? id };
}

async function readSessions({ admin }: Visit, user: string): Promise<{ sessions: Sessions; grants: Grants }> {
  const [sessions, grants] = await Promise.all([
    ifAllowed(() => admin.sessions.list({ user })),
    ifAllowed(() => admin.grants.list({ user })),
  ]);
  return { sessions: sessions?.items ?? [], grants: grants?.items ?? [] };
}

/** What ends with the account or with one passkey of it. */
export async function endsOf(visit: Visit, user: string): Promise<PersonData['ends']> {
  const { sessions, grants } = await readSessions(visit, user);
  return { sessions: sessions.length, apps: ownApps(grants).length };
}

/** One of each app; the pages of the server itself are none. */
function ownApps(grants: Grants): Grants {
  const byApp = new Map(grants.map((grant) => [grant.appId, grant]));
  return [...byApp.values()].filter(({ appId }) => !isOwnPage(appId));
}

function connectedApp({ appId, since, scopes }: Grants[number], name: string): PersonApp {
  return { id: appId, name, connectedAt: since, scopes };
}

export async function sessionRow(
  visit: Visit,
  { uid, signIn, passkey, apps }: Sessions[number],
): Promise<SessionRow> {
  return {
    uid,
    ...(signIn?.device !== undefined && { device: signIn.device }),
    ...(signIn?.address !== undefined && { address: signIn.address }),
    signedInAt: signIn?.at ?? 0,
    ...(passkey && { passkey: { id: passkey.id, name: passkey.name } }),
    apps: await Promise.all(apps.map((id) => appName(visit, id))),
  };
}

/** The browser that used each passkey last, by the passkey. */
async function lastUses({ admin }: Visit, user: string): Promise<Map<string, string>> {
  const { items = [] } = (await ifAllowed(() => admin.signIns.list({ user, limit: 100 }))) ?? {};
  return new Map(
    items
      .toReversed()
      .flatMap(({ passkeyId, device }) => (device === undefined ? [] : [[passkeyId, device]])),
  );
}

type Shown =
  | Omit<PasskeyFacts, 'publicKey'>
  | Awaited<ReturnType<Visit['admin']['people']['show']>>['passkeys'][number];

export function passkeyCard(passkey: Shown, device?: string): PassportData {
  const { id, name, status, assurance, createdAt, model, icon, aaguid } = passkey;
  const { backupEligible: synced, lastUsedAt, counterAlertAt, modelAlertAt } = passkey;
  return {
    ...{ id, name, status, assurance, createdAt },
    ...(model !== undefined && { model }),
    ...(icon !== undefined && { iconUrl: iconUrl(aaguid, icon) }),
    ...(synced !== undefined && { synced }),
    ...(modelAlertAt !== undefined && { modelAlert: true }),
    ...(counterAlertAt !== undefined && { counterAlertAt }),
    ...(lastUsedAt !== undefined && { lastUsedAt }),
    ...(device !== undefined && { lastUsedDevice: device }),
  };
}

/** The roles that somebody may give to who has this one: none that may do more than they may. */
export function rolesToGive(
  { permissions }: Visit,
  before: PersonFacts['role'] = 'person',
): PersonFacts['role'][] {
  if (!mayGiveRoles(permissions)) return [before];
  return (['person', 'support', 'auditor', 'administrator'] as const).filter((role) =>
    [...permissionsOfAccount({ role }).scopes].every((scope) => permissions.scopes.has(scope)),
  );
}
