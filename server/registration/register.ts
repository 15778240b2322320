/** Apps that register by themselves (RFC 7591) and manage what they registered (RFC 7592). */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { App, AppRepository } from '../apps/app.ts';
import { type Hash, judgeSecret } from '../apps/app-secret.ts';
import { newApp } from '../apps/create-app.ts';
import { newRegisteredId } from '../apps/registered-id.ts';
import { type AppRemoval, removeApps } from '../apps/remove-apps.ts';
import { requireSectorDocument } from '../apps/sector-document.ts';
import type { NewApp } from '../apps/validation.ts';
import type { RecordAudit } from '../audit/audit.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { changedApp, grantsOf, ownPolicy } from './changed-app.ts';
import type { InitialAccessTokenRepository } from './initial-access-token.ts';
import { findToken, takeUse } from './initial-access-tokens.ts';
import { type ClientRequest, clientAnswer, readClientRequest } from './metadata.ts';
import { requireOwnLogout, requireOwnStart } from './own-hosts.ts';
import { openPolicy, refusedAs, requireSameProof, wantedApp } from './policy.ts';
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
      requireOwnStart(registered);
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
      requireOwnStart(after);
      requireSameProof(before, after);
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
    const { app, secret } = newApp(wanted, { hash, now: now() });
    return { app: { ...app, id: newRegisteredId(), grantTypes: grantsOf(app, request) }, secret };
  } catch (error) {
    return refusedAs(error);
  }
}

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
