import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { ServiceName } from '../../service-identity/spiffe-id.ts';
import type { OpenPasskeyManager } from '../create-manager.ts';
import type { CallerIdentity, PasskeyManager } from '../manager.ts';
import { permissions } from '../permissions.ts';
import { createNonces, type Nonces } from './nonces.ts';
import { freshness, healthPath, largestBody, methodOf, requestHeader, timeHeader } from './wire.ts';

/** A call that was not answered, for the audit. */
export interface RefusedCall {
  reason: 'certificate' | 'method' | 'stale' | 'replayed' | 'crowded' | 'malformed';
  /** Whoever it was by their certificate, if that much is known. */
  caller?: ServiceName;
  method?: string;
  detail?: string;
}

export interface PerformDependencies {
  manager: OpenPasskeyManager;
  callers: readonly ServiceName[];
  /** Rejects while the service cannot work. */
  ping: () => Promise<void>;
  /** What else the monitoring should know. */
  facts?: () => object;
  onRefused: (call: RefusedCall) => void;
  now: () => number;
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  /** By the certificate. */
  caller: ServiceName;
}

/** Does what a request asks for. @throws AppError */
export type Perform = (call: Call) => Promise<object>;

/** What a caller whose certificate holds may do: the methods of its identity, each request once and in time. */
export function createPerform(dependencies: PerformDependencies): Perform {
  const { manager, callers } = dependencies;
  const memories = new Map(callers.map((name) => [name, createNonces()]));
  const views = viewsOf(manager);
  return async (call) => {
    const { request, response, caller } = call;
    if (request.url === healthPath && request.method === 'GET') return health(dependencies, caller);
    const method = methodOf(request.url);
    const view = views.get(caller);
    const nonces = memories.get(caller);
    if (request.method !== 'POST' || !method || !view || !nonces || !mayCall(caller, method))
      return refuse(dependencies, { reason: 'method', caller, method: String(request.url).slice(0, 64) });
    response.setHeader(requestHeader, requireFresh(dependencies, { ...call, nonces }));
    const input = await readInput(request).catch((error: Error) =>
      refuse(dependencies, { reason: 'malformed', caller, method, detail: error.message }),
    );
    const perform = view[method] as (input: unknown) => Promise<object>;
    return perform(input);
  };
}

async function health(dependencies: PerformDependencies, name: ServiceName): Promise<object> {
  if (name !== 'monitor') return refuse(dependencies, { reason: 'method', caller: name, method: 'health' });
  await dependencies.ping();
  return { status: 'ready', ...dependencies.facts?.() };
}

/** The manager as each caller may use it, made once. */
function viewsOf(manager: OpenPasskeyManager): Map<string, PasskeyManager> {
  const identities = Object.keys(permissions) as CallerIdentity[];
  return new Map(identities.map((identity) => [identity, manager.as(identity)]));
}

function mayCall(name: ServiceName, method: keyof PasskeyManager): boolean {
  return Object.hasOwn(permissions, name) && permissions[name as CallerIdentity].includes(method);
}

function requireFresh(
  dependencies: PerformDependencies,
  { request, caller, nonces }: Call & { nonces: Nonces },
): string {
  const { [requestHeader]: nonce, [timeHeader]: time } = request.headers;
  const now = dependencies.now();
  if (typeof nonce !== 'string' || !/^[\w-]{22,64}$/.test(nonce) || typeof time !== 'string')
    return refuse(dependencies, { reason: 'malformed', caller, detail: 'no nonce or time' });
  if (!/^\d{1,16}$/.test(time) || Math.abs(now - Number(time)) > freshness)
    return refuse(dependencies, { reason: 'stale', caller });
  const admitted = nonces.admit(nonce, now);
  if (admitted === 'seen') return refuse(dependencies, { reason: 'replayed', caller });
  if (admitted !== 'new') return refuse(dependencies, { reason: 'crowded', caller });
  return nonce;
}

const codes = {
  certificate: 'forbidden',
  method: 'forbidden',
  stale: 'forbidden',
  replayed: 'forbidden',
  crowded: 'unavailable',
  malformed: 'bad_request',
} as const satisfies Record<RefusedCall['reason'], ErrorCode>;

function refuse({ onRefused }: Pick<PerformDependencies, 'onRefused'>, call: RefusedCall): never {
  onRefused(call);
  throw new AppError(codes[call.reason], { detail: call.reason });
}

async function readInput(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > largestBody) throw new Error('too large');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw new Error('too large');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
