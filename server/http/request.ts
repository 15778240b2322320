import type { X509Certificate } from 'node:crypto';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Context, Middleware } from 'koa';
import { AppError } from '../errors.ts';
import { isOfSites } from '../site-paths.ts';
import { createProvenanceReader } from './client-address.ts';
import { readClientCertificate } from './client-certificate.ts';
import { type ToldByGateway, toldByGateway } from './told-by-gateway.ts';

/** What is known of a request. Kept by Node's request, which koa's and oidc-provider's contexts share. */
interface RequestFacts {
  id: string;
  address: string;
  /** The host that the client asked for. */
  host: string;
  /** Whether a trusted proxy says that the client's connection was encrypted; `undefined` where nobody says. */
  encrypted?: boolean | undefined;
  /** What a trusted gateway says for a site behind it, on the paths of sites. */
  gateway?: ToldByGateway;
  /** What an app showed, at the name where it is asked for one. */
  certificate?: X509Certificate;
}

const known = new WeakMap<IncomingMessage, RequestFacts>();

/** @throws Error before `nameRequest` has run */
export function requestFacts(ctx: Pick<Context, 'req'>): Readonly<RequestFacts> {
  const facts = known.get(ctx.req);
  if (!facts) throw new Error('a request without a name');
  return facts;
}

/** A request that one of ours makes of another part of this server has its facts. */
export function nameLike(req: IncomingMessage, other: IncomingMessage): void {
  known.set(req, requestFacts({ req: other }));
}

/** The id of the request, on every answer, error page and log line. */
export function requestId(ctx: Pick<Context, 'req'>): string {
  return requestFacts(ctx).id;
}

/** The client's network address, as far as trusted proxies tell. */
export function clientAddress(ctx: Pick<Context, 'req'>): string {
  return requestFacts(ctx).address;
}

/** What an app showed in the handshake, at the name where it is asked for one, as a trusted gateway tells. */
export function clientCertificate(ctx: Pick<Context, 'req'>): X509Certificate | undefined {
  return requestFacts(ctx).certificate;
}

/** The browser, as a sign-in remembers it. */
export function surroundings(ctx: Pick<Context, 'req'>): { address: string; device?: string } {
  const device = ctx.req.headers['user-agent']?.slice(0, 200);
  return { address: clientAddress(ctx), ...(device && { device }) };
}

/** Answers a request within what is told of it: whoever is called on the way can know which request it is for. */
export function withinRequest(
  within: (
    request: { requestId: string; origin: { address: string; device?: string } },
    work: () => Promise<unknown>,
  ) => Promise<unknown>,
): Middleware {
  return (ctx, next) => within({ requestId: requestId(ctx), origin: surroundings(ctx) }, next);
}

/** Gives each request a random id of ours; one that the client sends is not believed. */
export const nameRequest: Middleware = (ctx, next) => {
  // Node.js keeps UUIDs in stock; asking for random bytes each time costs several times as much.
  const id = randomUUID().replaceAll('-', '').slice(0, 16);
  known.set(ctx.req, { id, address: ctx.req.socket.remoteAddress ?? '', host: ctx.req.headers.host ?? '' });
  ctx.set('X-Request-Id', id);
  return next();
};

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Refuses what no browser and no app sends: odd methods, absolute-form, broken percent-encoding, control characters. */
export const requireWellFormed: Middleware = (ctx, next) => {
  if (!methods.includes(ctx.method)) {
    ctx.set('Allow', methods.join(', '));
    throw new AppError('method_not_allowed', { detail: ctx.method });
  }
  if (!/^\/(?!\/)/.test(ctx.originalUrl))
    throw new AppError('bad_request', { detail: 'not an origin-form path' });
  if (!isReadable(ctx.path)) throw new AppError('bad_request', { detail: 'unreadable path' });
  return next();
};

function isReadable(path: string): boolean {
  try {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
    return !/[\u0000-\u001f\u007f\\]/.test(decodeURIComponent(path));
  } catch {
    return false;
  }
}

interface Place {
  issuer: string;
  trustedProxies: readonly string[];
  /** Where apps show certificates. */
  mtlsOrigin?: string | undefined;
}

/** What apps ask for with a certificate. Nothing that a browser shows: it would ask people for one. */
const forCertificates =
  /^\/(token(\/(introspection|revocation))?|me|request|device\/auth|backchannel|api\/.*)$/;

/**
 * Learns where a request came from, then replaces every header that tells of it by what holds: host and scheme are
 * the issuer's, the address is what trusted proxies say. Whatever reads these headers later, such as oidc-provider,
 * cannot be talked into another issuer. Plain http is sent on to an https issuer. A certificate is believed from a
 * trusted proxy alone, at the name where it is asked for; everywhere else the header is dropped.
 * @throws AppError `wrong_host` if the client asked for another host than the issuer's
 */
export function settleProvenance({ issuer, trustedProxies, mtlsOrigin }: Place): Middleware {
  const provenanceOf = createProvenanceReader(trustedProxies);
  const own = new URL(issuer);
  const mtls = mtlsOrigin === undefined ? undefined : new URL(mtlsOrigin);
  return (ctx, next) => {
    const { isTrusted, ...found } = provenanceOf(ctx.req);
    const { headers } = ctx.req;
    const isForSite = isOfSites(ctx.path);
    const gateway = isForSite && isTrusted ? toldByGateway(ctx.req) : undefined;
    const asked = (place: URL) => withoutDefaultPort(found.host, place.protocol) === place.host;
    const isMtls = mtls !== undefined && asked(mtls) && forCertificates.test(ctx.path);
    const certificate = isMtls && isTrusted ? readClientCertificate(headers['client-cert']) : undefined;
    known.set(ctx.req, {
      ...{ id: requestId(ctx), ...found },
      ...(gateway && { gateway }),
      ...(certificate && { certificate }),
    });
    // A device is shown a page at the issuer; what else an app is told of itself is of the name that it asked.
    const { host, protocol } = isMtls && ctx.path !== '/device/auth' ? mtls : own;
    for (const name of ['forwarded', 'client-cert', 'client-cert-chain']) delete headers[name];
    headers['x-forwarded-for'] = found.address;
    headers['x-forwarded-proto'] = protocol.slice(0, -1);
    headers['x-forwarded-host'] = host;
    headers.host = host;
    // Which site it is for, the room looks at.
    if (isForSite) return next();
    // The page that says so needs its stylesheet, which is no secret.
    if (!isMtls && !asked(own) && !ctx.path.startsWith('/assets/'))
      throw new AppError('wrong_host', { detail: `asked for ${found.host}` });
    if (found.encrypted === false && protocol === 'https:') {
      if (ctx.method !== 'GET') throw new AppError('wrong_host', { detail: 'asked over plain http' });
      return ctx.redirect(issuer + ctx.originalUrl);
    }
    return next();
  };
}

function withoutDefaultPort(host: string, protocol: string): string {
  return host.toLowerCase().replace(protocol === 'https:' ? /:443$/ : /:80$/, '');
}

/** A path as it may be logged: an interaction's id is as good as its cookie while it lasts. */
export function withoutIds(path: string): string {
  return path.replace(/^\/(interaction|auth|device(?!\/auth$))\/[^/]+/, '/$1/:uid');
}
