/** What apps asked of people by themselves (CIBA), as those people see and answer it. */
import { type BackchannelAuthenticationRequest, errors, type Provider } from 'oidc-provider';
import { scopes as personScopes } from '../accounts/claims.ts';
import { AppError } from '../errors.ts';
import { answeredAcr } from '../sign-ins/acr.ts';
import type { SignIn } from '../sign-ins/sign-in.ts';
import type { Basis } from '../sign-ins/standing.ts';
import type { Artifact, ArtifactRepository } from './artifact.ts';
import { saved } from './grants.ts';
import { requestedAcr, wantedAcr } from './requested-acr.ts';
import type { Vault } from './vault.ts';

/** One that waits for its person. */
export interface BackchannelRequest {
  /** Names it on pages: `auth_req_id` is known to the app alone. */
  id: string;
  sub: string;
  appId: string;
  /** As the app sent them. */
  params: Readonly<Record<string, unknown>>;
  scopes: readonly string[];
  /** Names of claims that were asked for one by one. */
  claims: readonly string[];
  /** What the app shows as well, so that its person sees that both are one. */
  bindingMessage?: string;
  expiresAt: number;
}

/** Those in force that nobody has answered, the latest last. */
export type ListBackchannelRequests = (sub: string) => Promise<BackchannelRequest[]>;

type Stored = Pick<BackchannelAuthenticationRequest, 'clientId' | 'scope' | 'resource'> & {
  jti: string;
  iat: number;
  params?: Record<string, unknown>;
  claims?: { id_token?: object; userinfo?: object };
  grantId?: string;
  error?: string;
};

interface Found {
  request: BackchannelRequest;
  stored: Stored;
}

interface ListDependencies {
  artifacts: Pick<ArtifactRepository, 'listByAccount'>;
  vault: Pick<Vault, 'open'>;
  now: () => number;
}

const model = 'BackchannelAuthenticationRequest';

export function createRequestList(dependencies: ListDependencies): ListBackchannelRequests {
  return async (sub) => (await listFound(dependencies, sub)).map(({ request }) => request);
}

/** Of one app so many wait for one person; a later one has its turn once they are answered. No app is told of it. */
const mostOfOneApp = 5;

async function listFound({ artifacts, vault, now }: ListDependencies, sub: string): Promise<Found[]> {
  const at = now();
  const counts = new Map<string, number>();
  const isWithin = (appId: string) => {
    counts.set(appId, (counts.get(appId) ?? 0) + 1);
    return (counts.get(appId) ?? 0) <= mostOfOneApp;
  };
  return (await artifacts.listByAccount(sub, model))
    .filter(({ expiresAt = 0, consumedAt }) => expiresAt > at && consumedAt === undefined)
    .map((artifact) => foundIn(artifact, vault.open<Stored>(artifact)))
    .filter(({ stored }) => stored.grantId === undefined && stored.error === undefined)
    .toSorted((a, b) => a.stored.iat - b.stored.iat || a.request.expiresAt - b.request.expiresAt)
    .filter(({ request }) => isWithin(request.appId));
}

function foundIn({ id, accountId = '', expiresAt = 0 }: Artifact, stored: Stored): Found {
  const { clientId = '', params = {}, claims = {}, scope = '' } = stored;
  const message = params.binding_message;
  const request = {
    id,
    sub: accountId,
    appId: clientId,
    params: { ...params, client_id: clientId },
    scopes: scope.split(' ').filter(Boolean),
    claims: [...new Set([claims.id_token, claims.userinfo].flatMap((asked) => Object.keys(asked ?? {})))],
    ...(typeof message === 'string' && { bindingMessage: message }),
    expiresAt,
  };
  return { request, stored };
}

interface Approval {
  signIn: SignIn;
  basis: Omit<Basis, 'sub'>;
  /** Those that the person was shown. */
  scopes: readonly string[];
}

export interface BackchannelAnswers {
  /**
   * The app gets tokens for this sign-in, which was made for this request.
   * @throws AppError `request_over`, `passkey_rejected` where account or passkey was taken away meanwhile
   */
  approve(request: BackchannelRequest, approval: Approval): Promise<void>;
  /** @throws AppError `request_over` */
  decline(request: BackchannelRequest): Promise<void>;
}

export interface AnswerDependencies extends ListDependencies {
  provider: Provider;
  artifacts: Pick<ArtifactRepository, 'listByAccount' | 'removeByGrant'>;
  isStanding: (basis: Basis) => Promise<boolean>;
}

export function createBackchannelAnswers(dependencies: AnswerDependencies): BackchannelAnswers {
  const { provider, artifacts, isStanding } = dependencies;

  async function waiting({ sub, id }: BackchannelRequest): Promise<Stored> {
    const found = (await listFound(dependencies, sub)).find(({ request }) => request.id === id);
    if (!found) throw new AppError('request_over');
    return found.stored;
  }

  /** One answer counts, however many come at once: see `mayAnswerOnce` of the adapter. */
  async function answer(...answered: Parameters<Provider['backchannelResult']>): Promise<void> {
    try {
      await provider.backchannelResult(...answered);
    } catch (cause) {
      throw isOver(cause) ? new AppError('request_over', { cause }) : cause;
    }
  }

  return {
    async approve(request, { signIn, basis, scopes }) {
      const stored = await waiting(request);
      const grant = grantFor(provider, { ...request, scopes }, stored);
      const { id, acr, amr, at, passkeyId } = signIn;
      const message = request.bindingMessage;
      grant.approved = { at, ...(message !== undefined && { message }) };
      // A grant that nothing was given of, should it go no further than here, gives nothing.
      await saved(grant, { id, acr, passkeyId });
      try {
        // As with sessions: whoever takes access away finds the grant, or it is seen here that they came first.
        if (!(await isStanding({ sub: request.sub, ...basis })))
          throw new AppError('passkey_rejected', { detail: 'taken away meanwhile' });
        await answer(stored.jti, grant.jti, {
          acr: answeredAcr(acr, wantedAcr(requestedAcr(request.params))),
          amr,
          authTime: Math.floor(at / 1000),
        });
      } catch (error) {
        await artifacts.removeByGrant(grant.jti);
        throw error;
      }
    },
    async decline(request) {
      const stored = await waiting(request);
      await answer(stored.jti, new errors.AccessDenied('the person declined the request'));
    },
  };
}

/** Somebody else has answered, or what it is about was taken away: oidc-provider has no name for that. */
const isOver = (cause: unknown): boolean =>
  cause instanceof errors.InvalidRequest || /^[\w ]+ not found$/.test((cause as Error).message);

/** What the person has seen, and nothing else: it is remembered for no other request. */
function grantFor(provider: Provider, { sub, appId, scopes, claims }: BackchannelRequest, stored: Stored) {
  const grant = new provider.Grant({ accountId: sub, clientId: appId });
  const isOfPerson = (scope: string) => personScopes.includes(scope);
  grant.addOIDCScope(scopes.filter(isOfPerson).join(' '));
  if (claims.length > 0) grant.addOIDCClaims([...claims]);
  const ofResource = scopes.filter((scope) => !isOfPerson(scope)).join(' ');
  for (const resource of [stored.resource ?? []].flat()) grant.addResourceScope(resource, ofResource);
  return grant;
}
