import { type PasskeyPageData, passkeyPage } from '../../views/console/people/passkey.ts';
import { certificationName } from '../../views/console/policies/rule-facts.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import { isOwnPage } from '../apps/builtin-apps.ts';
import { AppError } from '../errors.ts';
import { latestEvents } from './audit.ts';
import { appName, isWithinOwn, passkeyCard } from './person-data.ts';
import { act, ifAllowed } from './problems.ts';
import { type Answer, type ConsoleRoute, may, noticeOf, type Told, type Visit } from './visit.ts';

const at = '/people/:id/passkeys/:passkeyId';

export const passkeyRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: at, run: showPasskey },
  {
    method: 'POST',
    path: `${at}/confirm`,
    run: (visit) => change(visit, 'confirmPasskey', 'done.passkeyConfirmed'),
  },
  {
    method: 'POST',
    path: `${at}/suspend`,
    run: (visit) => change(visit, 'suspendPasskey', 'done.passkeySuspended'),
  },
  {
    method: 'POST',
    path: `${at}/restore`,
    run: (visit) => change(visit, 'activatePasskey', 'done.passkeyRestored'),
  },
];

function change(
  { admin, params }: Visit,
  what: 'confirmPasskey' | 'suspendPasskey' | 'activatePasskey',
  key: Told['key'],
): Promise<Answer> {
  const { id = '', passkeyId = '' } = params;
  const back = consoleUrls.person(id, 'passkeys', passkeyId);
  return act(back, { kind: 'success', key }, () => admin.people[what]({ user: id, passkeyId }));
}

async function showPasskey(visit: Visit): Promise<Answer> {
  const { admin, page, params } = visit;
  const { account, passkeys } = await admin.people.show({ user: params.id ?? '' });
  const passkey = passkeys.find(({ id }) => id === params.passkeyId);
  if (!passkey) throw new AppError('passkey_not_found', { detail: 'of this person' });
  const [signed, sessions, events] = await Promise.all([
    readSigned(visit, passkey.id, account.id),
    ifAllowed(() => admin.sessions.list({ user: account.id, passkeyId: passkey.id })),
    latestEvents(visit, { passkeyId: passkey.id }),
  ]);
  const certification = certificationOf(passkey.authenticator.statuses);
  const mayChange = may(visit, 'people:write') && isWithinOwn(visit, account);
  return {
    page: passkeyPage(page, {
      person: { id: account.id, name: account.name },
      passkey: { ...passport(passkey, signed[0]?.device), ...(certification && { certification }) },
      signed,
      ...(events && { events }),
      ends: { sessions: sessions?.items.length ?? 0, apps: 0 },
      may: { confirm: mayChange && account.id !== visit.account.id, suspend: mayChange, remove: false },
      ...noticeOf(visit),
    }),
  };
}

type Shown = Awaited<ReturnType<Visit['admin']['people']['show']>>['passkeys'][number];

function passport(passkey: Shown, device: string | undefined): PasskeyPageData['passkey'] {
  const { aaguid, transports, rpId, origin, counter, authenticator, attestation } = passkey;
  const { userVerified, backupEligible, backedUp, backedUpChangedAt } = passkey;
  const detail = authenticator.vendor;
  return {
    ...passkeyCard(passkey, device),
    ...{ aaguid, transports, rpId, origin, counter },
    algorithm: algorithms[passkey.algorithm] ?? String(passkey.algorithm),
    attestation: {
      format: attestation?.format ?? 'none',
      isVerified: ['model', 'vendor'].includes(authenticator.attestation),
      ...(detail !== undefined && { detail }),
    },
    flags: {
      ...{ userVerified, backedUp },
      ...(backupEligible !== undefined && { backupEligible }),
      ...(backedUpChangedAt !== undefined && { backedUpChangedAt }),
    },
    ...(authenticator.keyProtection.length > 0 && { keyProtection: authenticator.keyProtection }),
  };
}

/** COSE algorithms (RFC 9053 §2), as the pages name them. */
const algorithms: Readonly<Record<number, string>> = {
  [-7]: 'ES256',
  [-8]: 'EdDSA',
  [-35]: 'ES384',
  [-36]: 'ES512',
  [-37]: 'PS256',
  [-257]: 'RS256',
};

function certificationOf(statuses: readonly string[]): string | undefined {
  const [highest] = statuses.filter((status) => status.startsWith('FIDO_CERTIFIED'));
  return highest && certificationName(highest);
}

/** Apps that came later in the same session rest on the same sign-in: their grants say so. */
async function readSigned(
  visit: Visit,
  passkeyId: string,
  user: string,
): Promise<PasskeyPageData['signed'][number][]> {
  const { admin } = visit;
  const [found, grants] = await Promise.all([
    ifAllowed(() => admin.signIns.listByPasskey({ passkeyId, limit: 20 })),
    ifAllowed(() => admin.grants.list({ user })),
  ]);
  return Promise.all(
    (found?.items ?? []).map(async ({ id, at: when, appId, device, address }) => {
      const later = grants?.items.filter(({ signIns }) => signIns.some((signIn) => signIn.id === id)) ?? [];
      const ids = [...(appId === undefined ? [] : [appId]), ...later.map((grant) => grant.appId)];
      const apps = [...new Set(ids)].filter((each) => !isOwnPage(each));
      return {
        ...{ id, at: when },
        apps: await Promise.all(apps.map((each) => appName(visit, each))),
        ...(device !== undefined && { device }),
        ...(address !== undefined && { address }),
      };
    }),
  );
}
