/**
 * Apps that ask for a person by themselves, without a browser of that person (OpenID Connect CIBA Core 1.0, poll and
 * ping). The person answers on their account page: see `backchannel-requests.ts`.
 *
 * An app is told nothing of whom there is: whoever is unknown, disabled or not allowed gets the same answer, and a
 * request that nobody will answer. See docs/decisions/0060-backchannel-authentication.md.
 */
import {
  type BackchannelAuthenticationRequest,
  type Client,
  errors,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { mayUse } from './admission.ts';
import type { BackchannelRequest } from './backchannel-requests.ts';
import type { FindAccount } from './find-account.ts';
import { personOf } from './person.ts';
import { interval } from './polling.ts';

export interface CibaDependencies {
  /** The `sub` of whom an app names by user name or verified address. */
  findByHint: (hint: string) => Promise<string | undefined>;
  /** Names nobody, and the same nobody for the same hint. */
  nobodyFor: (hint: string) => string;
  /** A request was stored, and this person can answer it. Nobody waits for what comes of it. */
  onAsked: (asked: Asked) => void;
  /** Nobody will answer it. */
  onNobody: (appId: string, reason: string) => void;
}

export interface Asked extends Pick<BackchannelRequest, 'appId' | 'bindingMessage'> {
  accountId: string;
  scope: string;
  /** Seconds. */
  expiresIn: number;
}

type Found = NonNullable<Awaited<ReturnType<FindAccount>>>;

/** Seconds that a person has; an app may ask for less or more, within bounds (CIBA Core §7.1 `requested_expiry`). */
const lifetime = { usual: 300, least: 30, most: 600 };

/** Plain text of one line, short enough to be compared by eye (CIBA Core §7.1 `binding_message`). */
const plainMessage = /^[\p{L}\p{M}\p{N}\p{P}\p{Sc}+=<> ]{1,64}$/u;

export function createCiba({ findByHint, nobodyFor, onAsked, onNobody }: CibaDependencies) {
  return {
    enabled: true,
    deliveryModes: ['poll', 'ping'],
    async processLoginHint(_ctx: KoaContextWithOIDC, hint = ''): Promise<string> {
      return (await findByHint(hint)) ?? nobodyFor(hint);
    },
    async processLoginHintToken(): Promise<never> {
      throw new errors.InvalidRequest('login_hint_token is not supported: send login_hint or id_token_hint');
    },
    validateRequestContext({ oidc }: KoaContextWithOIDC): void {
      // What the page does not show must not be agreed to there.
      if (oidc.params?.authorization_details !== undefined)
        throw new errors.InvalidRequest('authorization_details are not supported here');
    },
    validateBindingMessage(_ctx: KoaContextWithOIDC, message?: string): void {
      if (message !== undefined && !plainMessage.test(message))
        throw new errors.InvalidBindingMessage('binding_message must be 1 to 64 letters, digits or marks');
    },
    verifyUserCode(_ctx: KoaContextWithOIDC, _account: object, code?: string): void {
      if (code !== undefined)
        throw new errors.InvalidRequest('user_code is not supported: a passkey is asked for');
    },
    triggerAuthenticationDevice(
      { body }: KoaContextWithOIDC,
      ...[request, account, client]: [Stored, object, Client]
    ): void {
      Object.assign(body as object, { interval });
      const problem = whyNobody(account, client);
      if (problem) onNobody(client.clientId, problem);
      else onAsked(askedOf(request, account, client));
    },
  } as const;
}

interface Stored {
  scope?: string | undefined;
  params?: { binding_message?: unknown } | undefined;
  expiration: number;
}

/** For whoever looks after the app, who may well know. */
function whyNobody(account: object, client: Client): string | undefined {
  if (personOf(account).id === undefined) return 'login hint of nobody';
  return mayUse(client.latchkey_allowed_groups, account) ? undefined : 'login hint of somebody who may not';
}

function askedOf({ scope = '', params, expiration }: Stored, account: object, { clientId }: Client): Asked {
  const message = params?.binding_message;
  const about = { appId: clientId, accountId: personOf(account).id ?? '', scope, expiresIn: expiration };
  return { ...about, ...(typeof message === 'string' && { bindingMessage: message }) };
}

/** Seconds. */
export function requestLifetime({ oidc }: KoaContextWithOIDC): number {
  const wanted = Number(oidc.params?.requested_expiry ?? lifetime.usual);
  return Math.min(lifetime.most, Math.max(lifetime.least, wanted));
}

/** Stands where an app named nobody, for as long as its request is looked at. Nothing is ever issued for it. */
export function standIn(
  { oidc }: KoaContextWithOIDC,
  sub: string,
): Pick<Found, 'accountId' | 'claims'> | undefined {
  if (oidc.route !== 'backchannel_authentication') return undefined;
  return { accountId: sub, claims: async () => ({ sub }) };
}

/** With offline_access a refresh token stands by itself. Otherwise it ends with the session, and here there is none. */
export async function issueRefreshToken(
  _ctx: KoaContextWithOIDC,
  client: Client,
  source: { kind: string; scopes: ReadonlySet<string> },
): Promise<boolean> {
  const isBound = source.kind !== 'BackchannelAuthenticationRequest';
  return client.grantTypeAllowed('refresh_token') && (isBound || source.scopes.has('offline_access'));
}

/** Tells an app that there is an answer (CIBA Core §10.2). Returns at once. */
export type Ping = (ping: { appId: string; token: string; requestId: string }) => void;

/** oidc-provider would post to any address, once, while the person waits. */
export function pingBy(ping: Ping) {
  return async function backchannelPing(this: Client, { jti, params }: BackchannelAuthenticationRequest) {
    ping({ appId: this.clientId, token: String(params?.client_notification_token), requestId: jti });
  };
}

/**
 * oidc-provider announces user codes wherever CIBA is on; here whoever is asked answers with a passkey. Of the errors of
 * signed requests CIBA Core §13 knows none.
 */
export async function speakCiba(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  const field = 'backchannel_user_code_parameter_supported';
  const body = Object(ctx.body) as Record<string, unknown>;
  if (ctx.path.startsWith('/.well-known/') && field in body) body[field] = false;
  if (ctx.path === '/backchannel' && body.error === 'invalid_request_object') body.error = 'invalid_request';
}
