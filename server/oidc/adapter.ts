import { decodeJwt } from 'jose';
import { type Adapter, type AdapterFactory, type AdapterPayload, errors, Provider } from 'oidc-provider';
import type { Config } from '../config.ts';
import { AppError, ConflictError } from '../errors.ts';
import { type Artifact, type ArtifactRepository, siteSessionModel } from './artifact.ts';
import { answeringAdapter } from './availability.ts';
import { boundToSector } from './grant-sectors.ts';
import { interactionLife, isSessionOver } from './lifetimes.ts';
import type { Columns, Vault } from './vault.ts';

export interface AdapterDependencies {
  artifacts: ArtifactRepository;
  vault: Vault;
  /** Ends the session that is stored under an id. */
  endSession: (id: string) => Promise<void>;
  lifetimes: Config['lifetimes'];
  /** Client metadata (RFC 7591 §2) of an app, or `undefined` where there is none. */
  findClient: (clientId: string) => Promise<object | undefined>;
  grantSectors: Parameters<typeof boundToSector>[1];
  /** What is wrong with the description of an app that there would be. */
  problemOf: (clientId: string) => { reason: string; isAway: boolean } | undefined;
  now: () => number;
}

/** What oidc-provider asks of storage, for every model but clients. */
export function createAdapterFactory(dependencies: AdapterDependencies): AdapterFactory {
  return (model) => answeringAdapter(adapterFor(model, dependencies));
}

function adapterFor(model: string, dependencies: AdapterDependencies): Adapter {
  if (model === 'Client') return clientAdapter(dependencies);
  const adapter = artifactAdapter(model, dependencies);
  return model === 'Grant' ? boundToSector(adapter, dependencies.grantSectors) : adapter;
}

function artifactAdapter(
  model: string,
  { artifacts, vault, endSession, lifetimes, now }: AdapterDependencies,
): Adapter {
  const isOver = (payload: AdapterPayload) =>
    model === 'Session' && (payload.consumed || isSessionOver(lifetimes, payload, now()));
  /** A refresh token that was used a moment ago may be used once more, where the installation says so. */
  const isFresh = ({ consumedAt = 0 }: Artifact) =>
    model === 'RefreshToken' && now() < consumedAt + lifetimes.refreshTokenGrace * 1000;
  const opened = (artifact: Artifact | undefined) => {
    const payload = artifact && withConsumedMark(vault, artifact, isFresh(artifact));
    return payload && !isOver(payload) ? payload : undefined;
  };
  const find = async (id: string) => opened(await artifacts.find(vault.idOf(model, id)));
  /** Tells whether it is the first time that this is said of what has the id: of many at once one is told so. */
  async function isSaidFirst(word: string, rawId: string, { expiresAt = now() }: Columns): Promise<boolean> {
    // It hangs on no grant: whoever comes late is to find it when the family has ended already.
    const said = vault.seal({ model: model + word, rawId, payload: {}, columns: { expiresAt } });
    try {
      await artifacts.insert(said, now());
      return true;
    } catch (error) {
      if (error instanceof ConflictError) return false;
      throw error;
    }
  }
  return {
    async upsert(id, payload, expiresIn) {
      const columns = columnsOf(model, payload, vault);
      if (expiresIn !== undefined) columns.expiresAt = now() + (expiresIn + keptLonger(model)) * 1000;
      const rawId = model === 'Session' ? String(payload.uid) : id;
      const artifact = vault.seal({ model, rawId, payload, columns });
      if (mayAnswerOnce(model, payload) && !(await isSaidFirst('Answer', id, columns)))
        throw new errors.InvalidRequest('already used');
      await artifacts.upsert(artifact);
    },
    find,
    // Of the models only sessions are asked for by uid, and these are stored under it.
    findByUid: find,
    findByUserCode: async (userCode) =>
      opened(await artifacts.findByUserCode(vault.userCodePlaces(userCode))),
    async consume(id) {
      const stored = vault.idOf(model, id);
      if (await artifacts.recordConsumed(stored, now())) return;
      // RFC 9126 §4: whoever comes second gets nothing, and takes nothing away.
      if (model === 'PushedAuthorizationRequest')
        throw new errors.InvalidRequestUri('request_uri was already used');
      const used = await artifacts.find(stored);
      const isAgain = used !== undefined && isFresh(used);
      if (isAgain && (await isSaidFirst('Again', id, used))) return;
      if (model !== 'BackchannelAuthenticationRequest') await endFamily(artifacts, used);
      throw new errors.InvalidGrant(isAgain ? 'refresh token already used' : 'already used');
    },
    async destroy(id) {
      const stored = vault.idOf(model, id);
      // A request under way may store its session once more: a mark outlives that, an absence would not.
      if (model === 'Session') await endSession(stored);
      else await artifacts.remove(stored);
      if (model === 'Grant') await artifacts.removeByGrant(id, siteSessionModel);
    },
    async revokeByGrantId(grantId) {
      await artifacts.removeByGrant(grantId, model);
    },
  };
}

function columnsOf(model: string, payload: AdapterPayload, vault: Pick<Vault, 'userCodeHash'>): Columns {
  const columns: Columns = {};
  const grantId = model === 'Grant' ? payload.jti : payload.grantId;
  const uid = model === 'Session' ? payload.uid : payload.sessionUid;
  // An interaction that was answered holds a sign-in of which no session has been made yet.
  const login = payload.result?.login;
  if (grantId) columns.grantId = grantId;
  if (typeof uid === 'string') columns.uid = uid;
  const accountId = login?.accountId ?? payload.accountId;
  const signInId = login?.signInId ?? payload.signInId;
  if (accountId) columns.accountId = accountId;
  if (payload.clientId) columns.appId = payload.clientId;
  if (payload.userCode) columns.userCodeHash = vault.userCodeHash(payload.userCode);
  if (typeof signInId === 'string') columns.signInId = signInId;
  return columns;
}

/** The mark is set beside the sealed payload, in one step with the check that it was not set before. */
function withConsumedMark(vault: Vault, artifact: Artifact, isFresh: boolean): AdapterPayload {
  const payload = vault.open<AdapterPayload>(artifact);
  if (artifact.consumedAt !== undefined && !isFresh)
    payload.consumed = Math.floor(artifact.consumedAt / 1000);
  return payload;
}

/** Seconds: a pushed request is over after a minute, and its mark outlasts whoever began to sign in with it. */
const keptLonger = (model: string): number => (model === 'PushedAuthorizationRequest' ? interactionLife : 0);

/**
 * Somebody confirms what they typed: of two who do at once, one may go on (RFC 8628 §3.3). What an app asked for by
 * itself (CIBA) is answered in one step, with yes or no.
 */
function mayAnswerOnce(model: string, { inFlight, accountId, error, grantId }: AdapterPayload): boolean {
  if (model === 'BackchannelAuthenticationRequest') return Boolean(grantId ?? error);
  return model === 'DeviceCode' && inFlight === true && !accountId && !error;
}

/** A second use of a code or refresh token ends all that the first one gave (RFC 9700 §4.14.2, RFC 6749 §4.1.2). */
async function endFamily(artifacts: ArtifactRepository, used: Artifact | undefined): Promise<void> {
  if (used?.grantId) await artifacts.removeByGrant(used.grantId);
}

/**
 * Whether a request says that it is of this app, by an assertion too, which need not stand beside a client_id (RFC 7523
 * §3: it is the `sub`). Where others only meet it, as a sign-out does, it is an app that there
 * is not: nobody depends on what it says of itself.
 */
function isNamed(clientId: string): boolean {
  const { oidc } = Provider.ctx ?? {};
  const { client_id: said, client_assertion: assertion } = oidc?.params ?? {};
  const isSaid = (said ?? subjectOf(assertion)) === clientId;
  return isSaid && oidc?.route.startsWith('end_session') === false;
}

/** Not verified yet: it names the app whose keys do that. */
function subjectOf(assertion: unknown): string | undefined {
  try {
    return typeof assertion === 'string' ? decodeJwt(assertion).sub : undefined;
  } catch {
    return undefined;
  }
}

/** Apps are records of their own, in the room `apps`: oidc-provider only reads them. */
function clientAdapter({ findClient, problemOf }: AdapterDependencies): Adapter {
  const readOnly = async (): Promise<never> => {
    throw new Error('clients are changed in the room apps');
  };
  const nothing = async () => undefined;
  return {
    async find(id) {
      const client = await findClient(id);
      const problem = client || !isNamed(id) ? undefined : problemOf(id);
      if (problem?.isAway) throw new AppError('unavailable', { detail: `${id}: ${problem.reason}` });
      if (problem) throw new errors.InvalidClientMetadata(`what the app says of itself: ${problem.reason}`);
      return client as AdapterPayload | undefined;
    },
    findByUid: nothing,
    findByUserCode: nothing,
    upsert: readOnly,
    consume: readOnly,
    destroy: readOnly,
    revokeByGrantId: readOnly,
  };
}
