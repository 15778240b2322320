import type { Page } from '../accounts/account.ts';
import type { App } from '../apps/app.ts';
import type { SubjectOf } from '../apps/sector.ts';
import type { SignIn, SignInRepository } from '../sign-ins/sign-in.ts';
import type { Artifact, ArtifactRepository } from './artifact.ts';
import type { SessionEnds } from './session-ends.ts';
import type { Vault } from './vault.ts';

/** What one app has of one person, from one of their sessions. */
export interface AppGrant {
  /** oidc-provider's id of the grant: no bearer value. */
  id: string;
  appId: string;
  /** As the app was told. */
  sub: string;
  scopes: string[];
  /** The sign-ins that its answers quoted, the latest first: it ends with the passkey of any of them. */
  signIns: SignIn[];
  /** Milliseconds. */
  since: number;
  expiresAt: number | undefined;
}

/** Grants, as administrators see and end them. */
export interface AppGrants {
  listByPerson(sub: string): Promise<AppGrant[]>;
  /** In an order that stays. */
  listByApp(appId: string, query: { after?: string; limit: number }): Promise<Page<AppGrant>>;
  /** With all tokens that hang on it; the app is told. Tells whether there was one. */
  end(id: string): Promise<boolean>;
  /** Every grant of an app, and the tokens that it has for itself; resolves to how many these were. */
  endByApp(appId: string): Promise<number>;
}

interface Dependencies {
  artifacts: ArtifactRepository;
  signIns: Pick<SignInRepository, 'findMany'>;
  sessionEnds: Pick<SessionEnds, 'end'>;
  findApp: (id: string) => Promise<App | undefined>;
  subjectOf: SubjectOf;
  vault: Pick<Vault, 'idOf' | 'open'>;
  now: () => number;
}

interface StoredGrant {
  iat?: number;
  openid?: { scope?: string };
  resources?: Record<string, string>;
  quoted?: { id: string }[];
}

const pageSize = 100;

export function createAppGrants(dependencies: Dependencies): AppGrants {
  const { artifacts, sessionEnds, vault, now } = dependencies;

  /** The app is told which of the person's sessions it was. */
  async function endOne(grant: Artifact): Promise<void> {
    const sessions = await artifacts.listByAccount(grant.accountId ?? '', 'Session');
    const standing = sessions.filter(({ consumedAt }) => consumedAt === undefined);
    await sessionEnds.end({ grants: [grant], standing });
  }

  /** Page by page: what is granted meanwhile may stay. */
  async function endAll(appId: string, model: 'Grant' | 'ClientCredentials'): Promise<number> {
    let ended = 0;
    for (let after: string | undefined; ; ) {
      const { items, next } = await artifacts.listByApp(appId, { model, limit: pageSize, ...from(after) });
      for (const item of items) await (model === 'Grant' ? endOne(item) : artifacts.remove(item.id));
      ended += items.length;
      if (next === undefined) return ended;
      after = next;
    }
  }

  return {
    async listByPerson(sub) {
      return withSignIns(dependencies, unexpired(await artifacts.listByAccount(sub, 'Grant'), now()));
    },
    async listByApp(appId, query) {
      const { items, ...next } = await artifacts.listByApp(appId, { ...query, model: 'Grant' });
      return { items: await withSignIns(dependencies, unexpired(items, now())), ...next };
    },
    async end(id) {
      const grant = await artifacts.find(vault.idOf('Grant', id));
      if (grant) await endOne(grant);
      return grant !== undefined;
    },
    endByApp: async (appId) => (await endAll(appId, 'Grant')) + (await endAll(appId, 'ClientCredentials')),
  };
}

const from = (after: string | undefined) => (after === undefined ? {} : { after });

const unexpired = (grants: readonly Artifact[], now: number) =>
  grants.filter(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt > now);

async function withSignIns(
  { signIns, vault, findApp, subjectOf }: Pick<Dependencies, 'signIns' | 'vault' | 'findApp' | 'subjectOf'>,
  grants: readonly Artifact[],
): Promise<AppGrant[]> {
  const opened = grants.map((grant) => ({ grant, stored: open(vault, grant) }));
  const idsOf = ({ grant, stored }: (typeof opened)[number]) =>
    new Set([...(grant.signInId === undefined ? [] : [grant.signInId]), ...quotedBy(stored)]);
  const found = await signIns.findMany([...new Set(opened.flatMap((each) => [...idsOf(each)]))]);
  const ids = [...new Set(grants.map(({ appId = '' }) => appId))];
  const apps = new Map(await Promise.all(ids.map(async (id) => [id, await findApp(id)] as const)));
  return opened.map((each) => {
    const { grant, stored } = each;
    const scopes = [stored.openid?.scope, ...Object.values(stored.resources ?? {})];
    return {
      id: grant.grantId ?? '',
      appId: grant.appId ?? '',
      sub: subjectOf(apps.get(grant.appId ?? ''), grant.accountId ?? ''),
      scopes: scopes.flatMap((scope) => scope?.split(' ') ?? []),
      signIns: found.filter(({ id }) => idsOf(each).has(id)).toSorted((a, b) => b.at - a.at),
      since: (stored.iat ?? 0) * 1000,
      expiresAt: grant.expiresAt,
    };
  });
}

const quotedBy = ({ quoted = [] }: StoredGrant) => quoted.map(({ id }) => id);

/** One that does not open gives nothing any more, and is listed so that it can be ended. */
function open(vault: Pick<Vault, 'open'>, grant: Artifact): StoredGrant {
  try {
    return vault.open(grant);
  } catch {
    return {};
  }
}
