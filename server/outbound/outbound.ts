/**
 * The one way out to addresses that somebody gave for an app: whoever registered one must not make this server ask around
 * in its own network, wait, unpack or remember without end.
 */
import { lookup as lookUp } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { type Allowed, addressProblem, readAllowed } from './address.ts';
import { failureOf, OutboundError, tooLong } from './failure.ts';

/**
 * Who gave the address, and so where it may lead: an administrator also to what `LATCHKEY_OUTBOUND_ALLOW` lists, whoever
 * registered with an initial access token to what of that its policy names, strangers to public addresses alone.
 */
export type Reach = 'administrator' | 'stranger' | { within: readonly string[] };

export interface Ask {
  reach: Reach;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** Its status alone counts: then the answer may be as long, as slow and as compressed as it likes. */
  ignoresBody?: true;
}

export interface Answer {
  /** A redirect is an answer like any other: none is followed. */
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** At most 64 kB, as it was sent. */
  body: Buffer;
}

export interface Outbound {
  /** Connects once, to the address that was judged. @throws OutboundError */
  ask(url: string, ask: Ask): Promise<Answer>;
  /** Why an address is not asked, in words for an administrator. Looks its name up, and asks nothing. */
  examine(url: string, reach: Reach): Promise<string | undefined>;
}

export interface OutboundOptions {
  /** Host names and CIDR. */
  allow: readonly string[];
  /** On a localhost issuer: http to loopback, where apps in development are. */
  allowsLocalHttp?: boolean;
  /** Authorities that certificates are trusted of, in place of those that Node.js trusts. */
  ca?: readonly string[];
  /** Tests give names that lead where they want. */
  resolve?: typeof lookUp;
}

/** Milliseconds for all of it. */
const patience = 5_000;
/** Milliseconds that somebody who looks at it waits for a name: one that is not known now is not blocked. */
const lookUpPatience = 2_000;
const largest = 64 * 1024;

export function createOutbound(options: OutboundOptions): Outbound {
  const installation = readAllowed(options.allow);
  const judge = (url: string, reach: Reach) => {
    const lists = listsOf(reach, installation);
    const parsed = requireSecure(url, lists.length > 0 && options.allowsLocalHttp === true);
    return { parsed, lists };
  };
  return {
    async ask(url, ask) {
      const { parsed, lists } = judge(url, ask.reach);
      // Of its own, so that no connection is used for one app that was allowed to another, and each name is judged anew.
      const dispatcher = createAgent(lists, options);
      try {
        return await read(parsed, ask, dispatcher);
      } catch (error) {
        throw failureOf(error);
      } finally {
        dispatcher.destroy().catch(() => {});
      }
    },
    async examine(url, reach) {
      try {
        const { parsed, lists } = judge(url, reach);
        const host = hostOf(parsed.hostname);
        await Promise.race([
          resolved(host, lists, options),
          delay(lookUpPatience, undefined, { ref: false }),
        ]);
        return undefined;
      } catch (error) {
        const { isBlocked, message } = failureOf(error);
        return isBlocked ? message : undefined;
      }
    },
  };
}

function listsOf(reach: Reach, installation: Allowed): Allowed[] {
  if (reach === 'stranger') return [];
  return reach === 'administrator' ? [installation] : [installation, readAllowed(reach.within)];
}

const loopbackHosts = ['localhost', '127.0.0.1', '[::1]'];

/** @throws OutboundError */
function requireSecure(url: string, allowsLocalHttp: boolean): URL {
  const parsed = URL.parse(url);
  if (!parsed) throw new OutboundError('it is no address', { isBlocked: true });
  const { protocol, hostname, username, password } = parsed;
  if (username || password) throw new OutboundError('it has a user name or password', { isBlocked: true });
  const isLocal = allowsLocalHttp && protocol === 'http:' && loopbackHosts.includes(hostname);
  if (protocol !== 'https:' && !isLocal)
    throw new OutboundError(`it begins with ${protocol} and must begin with https:`, { isBlocked: true });
  return parsed;
}

async function read(url: URL, ask: Ask, dispatcher: Dispatcher): Promise<Answer> {
  const { statusCode, headers, body } = await request(url, {
    dispatcher,
    method: ask.method ?? 'GET',
    headers: { 'user-agent': 'latchkey', 'accept-encoding': 'identity', ...ask.headers },
    ...(ask.body !== undefined && { body: ask.body }),
    signal: AbortSignal.timeout(patience),
  });
  if (ask.ignoresBody) {
    body.on('error', () => {}).destroy();
    return { status: statusCode, headers, body: Buffer.alloc(0) };
  }
  const problem = problemOfBody(headers);
  if (problem !== undefined) {
    body.on('error', () => {}).destroy();
    throw new OutboundError(problem);
  }
  return { status: statusCode, headers, body: Buffer.from(await body.arrayBuffer()) };
}

function problemOfBody(headers: Answer['headers']): string | undefined {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    return 'its answer is compressed, which was not asked for';
  return Number(headers['content-length'] ?? 0) > largest ? tooLong : undefined;
}

const hostOf = (hostname: string) => hostname.replace(/^\[|\]$/g, '').toLowerCase();

/** The addresses of a name, each of them judged. @throws OutboundError */
async function resolved(host: string, lists: readonly Allowed[], { resolve = lookUp }: OutboundOptions) {
  // An address needs no resolving.
  if (isIP(host)) {
    requireAllowed({ host, addresses: [host] }, lists);
    return [{ address: host, family: isIP(host) }];
  }
  const { promise, ...settle } = Promise.withResolvers<{ address: string; family: number }[]>();
  resolve(host, { all: true }, (error, found) => (error ? settle.reject(error) : settle.resolve(found)));
  const found = await promise;
  requireAllowed({ host, addresses: found.map(({ address }) => address) }, lists);
  return found;
}

function requireAllowed(
  { host, addresses }: { host: string; addresses: readonly string[] },
  lists: readonly Allowed[],
): void {
  const problem = addresses.map((address) => addressProblem({ host, address }, lists)).find(Boolean);
  if (problem === undefined && addresses.length > 0) return;
  const is = isIP(host) ? 'it' : host;
  throw new OutboundError(
    problem
      ? `${is} is ${problem}, which is no public address: LATCHKEY_OUTBOUND_ALLOW lists the private hosts and networks that administrators' apps may be in`
      : `${is} has no address`,
    { isBlocked: true },
  );
}

/** Resolves a name once, and connects to what was judged: a second answer of DNS changes nothing. */
function createAgent(lists: readonly Allowed[], options: OutboundOptions): Agent {
  const connect = buildConnector({
    timeout: patience,
    allowH2: false,
    ...(options.ca && { ca: [...options.ca] }),
    lookup: (...[host, { all }, callback]: Parameters<LookupFunction>) => {
      resolved(host.toLowerCase(), lists, options).then(
        (found) => {
          const [first] = found;
          if (all) callback(null, found);
          else if (first) callback(null, first.address, first.family);
        },
        (error) => callback(error, ''),
      );
    },
  });
  return new Agent({
    connect(to, callback) {
      const host = hostOf(to.hostname);
      try {
        // Nothing else would look at an address that needs no resolving.
        if (isIP(host)) requireAllowed({ host, addresses: [host] }, lists);
      } catch (error) {
        return callback(error as Error, null);
      }
      connect(to, callback);
    },
    headersTimeout: patience,
    bodyTimeout: patience,
    maxHeaderSize: 16 * 1024,
    maxResponseSize: largest,
  });
}
