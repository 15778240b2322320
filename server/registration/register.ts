/** Apps that register by themselves (RFC 7591) and manage what they registered (RFC 7592). */
import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { App, AppRepository } from '../apps/app.ts';
import { type Hash, judgeSecret } from '../apps/app-secret.ts';
import { withChanges } from '../apps/change-app.ts';
import { newApp } from '../apps/create-app.ts';
import { type AppRemoval, removeApps } from '../apps/remove-apps.ts';
import { requireSectorDocument } from '../apps/sector-document.ts';
import type { NewApp } from '../apps/validation.ts';
import type { RecordAudit } from '../audit/audit.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { InitialAccessTokenRepository, RegistrationPolicy } from './initial-access-token.ts';
import { findToken, takeUse } from './initial-access-tokens.ts';
import { type ClientRequest, clientAnswer, readClientRequest } from './metadata.ts';
import { requireOwnLogout } from './own-hosts.ts';
import { openPolicy, refusedAs, requireSameSector, wantedApp } from './policy.ts';
import { keptProtection } from './protection.ts';
import { RegistrationRefusal } from './refusal.ts';

export interface RegistrationDependencies extends AppRemoval {
  issuer: string;
  /** Whether everybody may register, or only who has an initial access token. */
  mode: 'token' | 'open';
  apps: Pick<AppRepository, 'insert' | 'list' | 'findById' | 'update' | 'remove'>;
  initialAccessTokens: InitialAccessTokenRepository;
  hash: Hash;
  /** Asks an address of an app. */
  askAddress: Outbound['ask'];
  record: RecordAudit;
  /** How an app may show who it is here: with a certificate only where there are any. */
  authMethods: readonly string[];
}

type Answer = Record<string, unknown>;

export interface Registration {
  /** @throws RegistrationRefusal, as all of these */
  create(body: unknown, token: string | undefined): Promise<Answer>;
  read(id: string, token: string | undefined): Promise<Answer>;
  /** Replaces what was registered; the registration access token is another one afterwards. */
  update(id: string, token: string | undefined, body: unknown): Promise<Answer>;
  remove(id: string, token: string | undefined): Promise<void>;
}

export function createRegistration(dependencies: RegistrationDependencies): Registration {
  const { issuer, apps, initialAccessTokens, hash, askAddress, record, now } = dependencies;
  const managed = (app: App, token: string): Answer => ({
    ...clientAnswer(app),
    registration_access_token: token,
    registration_client_uri: `${issuer}/register/${app.id}`,
  });
  return {
    async create(body, token) {
      const { policy, initial } = await admitted(dependencies, token);
      const request = readClientRequest(body);
      const wanted = wantedApp(request, policy);
      requirePossible(wanted, dependencies);
      const { app, secret } = madeApp(wanted, request, dependencies);
      const own = newToken(hash);
      const registered: App = {
        ...app,
        origin: 'dynamic',
        registration: {
          tokenHash: own.hash,
          ...(initial && { initialAccessToken: initial.id }),
          ...(policy.outboundHosts && { outboundHosts: policy.outboundHosts }),
          ...(policy.redirectHosts && { redirectHosts: policy.redirectHosts }),
        },
      };
      requireOwnLogout(registered);
      await requireSectorDocument(askAddress, registered).catch(refusedAs);
      // Counted before the app is there: whoever breaks off in between has lost a use, and nobody gains one.
      if (initial && !(await takeUse(initialAccessTokens, initial, now())))
        throw new RegistrationRefusal('invalid_token', 'the initial access token is used up');
      await apps.insert(registered);
      await record({ type: 'app.registered', appId: app.id, ...aboutToken(initial?.id) });
      return {
        ...managed(registered, own.token),
        ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
      };
    },
    async read(id, token) {
      return managed(await ownApp(dependencies, id, token), token ?? '');
    },
    async update(id, token, body) {
      const before = await ownApp(dependencies, id, token);
      requireOwnNames(before, body, dependencies);
      const request = readClientRequest(body);
      const wanted = wantedApp(request, ownPolicy(before));
      requirePossible(wanted, dependencies);
      const own = newToken(hash);
      const after = changedApp(before, { wanted, request, now: now() });
      requireOwnLogout(after);
      await requireSectorDocument(askAddress, after, before).catch(refusedAs);
      const registration = { ...before.registration, tokenHash: own.hash };
      if (!(await apps.update({ ...after, registration }, before.revision)))
        throw new RegistrationRefusal('invalid_token', 'it was changed at the same moment');
      await record({ type: 'app.changed', appId: id, details: { by: 'itself' } });
      return managed(after, own.token);
    },
    async remove(id, token) {
      await ownApp(dependencies, id, token);
      const ended = await removeApps(dependencies, [id]);
      await record({ type: 'app.removed', appId: id, details: { by: 'itself', ended } });
    },
  };
}

const aboutToken = (id: string | undefined) =>
  id === undefined ? {} : { details: { initialAccessToken: id } };

/** @throws RegistrationRefusal */
async function admitted(
  { mode, initialAccessTokens, hash, now }: RegistrationDependencies,
  token: string | undefined,
) {
  if (token === undefined && mode === 'open') return { policy: openPolicy };
  const initial =
    token === undefined ? undefined : await findToken(initialAccessTokens, { token, hash, now: now() });
  if (!initial) throw new RegistrationRefusal('invalid_token', 'an initial access token is needed');
  return { policy: initial.policy, initial };
}

/** An app whose certificate nobody looks at would be let in nowhere. @throws RegistrationRefusal */
function requirePossible(wanted: NewApp, { authMethods }: RegistrationDependencies): void {
  const refuse = (what: string): never => {
    throw new RegistrationRefusal('invalid_client_metadata', `${what} is not supported here`);
  };
  const { tokenEndpointAuthMethod: method = 'none' } = wanted;
  if (method.endsWith('tls_client_auth') && !authMethods.includes(method))
    refuse(`token_endpoint_auth_method ${method}`);
  if (wanted.certificateBoundAccessTokens && !authMethods.includes('self_signed_tls_client_auth'))
    refuse('tls_client_certificate_bound_access_tokens');
}

/** @throws RegistrationRefusal */
function madeApp(wanted: NewApp, request: ClientRequest, { hash, now }: RegistrationDependencies) {
  try {
    const { app, secret } = newApp({ ...wanted, id: randomUUID() }, { hash, now: now() });
    return { app: { ...app, grantTypes: grantsOf(app, request) }, secret };
  } catch (error) {
    return refusedAs(error);
  }
}

/** Only what was asked for: who does not want to refresh gets nothing to refresh with. */
const grantsOf = ({ grantTypes }: App, request: ClientRequest): string[] =>
  grantTypes.filter((grant) => request.grant_types.includes(grant));

function changedApp(
  before: App,
  { wanted, request, now }: { wanted: NewApp; request: ClientRequest; now: number },
): App {
  if (wanted.kind !== before.kind || methodOf(wanted) !== methodOf(before))
    throw new RegistrationRefusal(
      'invalid_client_metadata',
      'what kind of app it is, and how it proves itself, cannot be changed: register another one',
    );
  const { kind: _, defaultAcrValues, subjectType = before.subjectType ?? null, ...said } = wanted;
  // What is left out is taken away (RFC 7592 §2.2); what administrators decided stays.
  const absent = {
    ...{ logoUri: null, jwks: null, jwksUri: null, clientCertificate: null },
    ...{ sectorIdentifierUri: null },
  };
  const logout = {
    ...{ backchannelLogoutUri: null, backchannelLogoutSessionRequired: null },
    ...{ frontchannelLogoutUri: null, frontchannelLogoutSessionRequired: null },
  };
  try {
    const after = withChanges(
      before,
      {
        ...absent,
        ...logout,
        ...said,
        ...keptProtection(before, wanted),
        subjectType,
        defaultAcrValues: (before.defaultAcrValues as typeof defaultAcrValues) ?? defaultAcrValues ?? null,
        apiScopes: keptScopes(before, wanted),
      },
      now,
    );
    requireSameSector(before, after);
    return { ...after, grantTypes: grantsOf(before, request) };
  } catch (error) {
    return refusedAs(error);
  }
}

const methodOf = ({ tokenEndpointAuthMethod = 'none' }: Pick<NewApp, 'tokenEndpointAuthMethod'> | App) =>
  tokenEndpointAuthMethod;

/** It may ask for less than before: more of our API is for administrators to give. */
function keptScopes({ apiScopes: before = [] }: App, wanted: NewApp): NewApp['apiScopes'] | null {
  const kept = wanted.apiScopes?.filter((scope) => before.includes(scope)) ?? [];
  return kept.length > 0 ? kept : null;
}

/**
 * What an app may make of itself later: no more than it is, at hosts of the policy that let it in. The token itself may
 * be gone since, and administrators may have taken something away.
 */
const ownPolicy = ({ kind, scopes, apiScopes = [], pkce, registration }: App): RegistrationPolicy => ({
  kinds: [kind],
  pkce,
  scopes: [...scopes, ...apiScopes],
  ...(registration?.redirectHosts && { redirectHosts: registration.redirectHosts }),
});

/** @throws RegistrationRefusal */
async function ownApp(
  { apps, hash }: RegistrationDependencies,
  id: string,
  token: string | undefined,
): Promise<App> {
  const app = await apps.findById(id);
  const kept = Buffer.from(app?.registration?.tokenHash ?? '');
  const presented = Buffer.from(hash('registration-access-token', token ?? ''));
  if (app?.origin === 'dynamic' && kept.length === presented.length && timingSafeEqual(kept, presented))
    return app;
  throw new RegistrationRefusal('invalid_token', 'the registration access token is not one of this app');
}

/** RFC 7592 §2.2. @throws RegistrationRefusal */
function requireOwnNames(app: App, body: unknown, { hash, now }: RegistrationDependencies): void {
  const said = body as Record<string, unknown>;
  const refuse = (what: string): never => {
    throw new RegistrationRefusal('invalid_request', what);
  };
  if (said.client_id !== app.id) refuse('client_id must be the one of this app');
  const issued = [
    'registration_access_token',
    'registration_client_uri',
    'client_secret_expires_at',
    'client_id_issued_at',
  ].find((name) => Object.hasOwn(said, name));
  if (issued) refuse(`${issued} is not for the app to say`);
  if (said.client_secret === undefined) return;
  const presented = String(said.client_secret);
  if (judgeSecret({ app, presented, hash, now: now() }) !== 'valid')
    refuse('client_secret is not the one of this app');
}

function newToken(hash: Hash): { token: string; hash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hash('registration-access-token', token) };
}
