import type { Share } from '../../views/console/charts/shares.ts';
import { type DueSoon, overviewPage } from '../../views/console/overview.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import { ifAllowed } from './problems.ts';
import { type Answer, type ConsoleRoute, may, noticeOf, type Visit } from './visit.ts';

export const overviewRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/overview', run: showOverview },
];

const mostModels = 8;

async function showOverview(visit: Visit): Promise<Answer> {
  const { admin, page } = visit;
  const [{ people, passkeys, models, days, apps }, due] = await Promise.all([
    admin.overview.show({}),
    findDue(visit),
  ]);
  return {
    page: overviewPage(page, {
      people: people.total,
      withPasskey: people.withPasskey.count,
      withTwo: people.withTwoPasskeys.count,
      passkeys: {
        synced: passkeys.synced.count,
        deviceBound: passkeys.deviceBound.count,
        unknown: passkeys.unknown.count,
      },
      activity: {
        step: 'day',
        points: days.map(({ at, signIns, failures }) => ({ at, values: [signIns, failures] })),
      },
      models: models
        .slice(0, mostModels)
        .map(({ aaguid, name, count: value }) => modelShare(page, { aaguid, name, value })),
      due,
      ...(apps === 0 && {
        first: { connects: may(visit, 'apps:write'), invites: may(visit, 'people:write') },
      }),
      ...noticeOf(visit),
    }),
  };
}

/** What many platforms put instead of a model (WebAuthn L3 §6.5.1). */
const isNoModel = (aaguid: string) => /^[0-]+$/.test(aaguid);

function modelShare(
  { words }: Visit['page'],
  { aaguid, name, value }: { aaguid: string; name?: string | undefined; value: number },
): Share {
  if (isNoModel(aaguid)) return { label: words('overview.noModel'), value };
  if (name === undefined) return { label: aaguid, value };
  return { label: name, value, url: consoleUrls.model(aaguid) };
}

const month = 30 * 24 * 60 * 60 * 1000;

/** What ends within a month, the first to end first. */
async function findDue({ admin, now }: Visit): Promise<DueSoon[]> {
  const [keys, status] = await Promise.all([
    ifAllowed(() => admin.keys.list({})),
    ifAllowed(() => admin.metadata.status({})),
  ]);
  const certificates = (keys?.certificates ?? []).map(({ name, notAfter: at }) => ({
    ...{ kind: 'certificate' as const, name, at },
    url: consoleUrls.keys,
  }));
  const signing = (keys?.signing ?? []).map(({ id: name, changesAt, endsAt }) => ({
    kind: changesAt === undefined ? ('keyEnds' as const) : ('keyChanges' as const),
    ...{ name, at: changesAt ?? endsAt ?? Number.POSITIVE_INFINITY, url: consoleUrls.keys },
  }));
  const metadata = status?.metadata && {
    ...{ kind: 'metadata' as const, name: status.source, at: status.metadata.nextUpdate },
    url: consoleUrls.metadata,
  };
  return [...certificates, ...signing, ...(metadata ? [metadata] : [])]
    .filter(({ kind, at }) => at - now < (kind === 'metadata' ? 0 : month))
    .sort((one, other) => one.at - other.at);
}
