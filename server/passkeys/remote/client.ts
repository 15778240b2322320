import { randomUUID } from 'node:crypto';
import { AppError, type ErrorCode, errorTable, type FieldReason } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { PasskeyManager } from '../manager.ts';
import { type ConnectionDependencies, type Connections, openConnections } from './connections.ts';
import { createResilience, LinkError, type LinkState } from './resilience.ts';
import { pathOf, requestHeader, timeHeader, wireMethods } from './wire.ts';

type MethodName = keyof PasskeyManager;

export interface ClientDependencies extends ConnectionDependencies {
  log: Pick<Log, 'info' | 'warn'>;
  /** A call that the service refused to this caller, for the audit on this side. */
  onRefused?: (method: string) => void;
  onState?: (state: LinkState) => void;
}

export interface RemotePasskeyManager extends AsyncDisposable {
  readonly manager: PasskeyManager;
  readonly handshakes: number;
}

/** The passkey manager in another process, as one caller sees it. @throws AppError `unavailable` while it is away */
export function connectPasskeyManager(dependencies: ClientDependencies): RemotePasskeyManager {
  const { log, onState = () => {} } = dependencies;
  const connections = openConnections(dependencies);
  const resilience = createResilience((state, why) => {
    log.warn({ url: dependencies.url, why }, `the passkey manager is ${state}`);
    onState(state);
  });
  const call = (method: MethodName) => async (input: unknown) => {
    const { repeatable } = wireMethods[method];
    try {
      return await resilience.run(
        (signal) => exchange(dependencies, { connections, method, input, signal }),
        {
          repeatable,
        },
      );
    } catch (error) {
      throw error instanceof AppError ? error : unavailable(error);
    }
  };
  const names = Object.keys(wireMethods) as MethodName[];
  return {
    manager: Object.freeze(
      Object.fromEntries(names.map((name) => [name, call(name)])),
    ) as unknown as PasskeyManager,
    get handshakes() {
      return connections.handshakes;
    },
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}

function unavailable(cause: unknown): AppError {
  return new AppError('unavailable', { cause, detail: `passkey manager: ${(cause as Error).message}` });
}

interface Exchange {
  connections: Connections;
  method: MethodName;
  input: unknown;
  signal: AbortSignal;
}

async function exchange(dependencies: ClientDependencies, asked: Exchange): Promise<unknown> {
  // 122 random bits, which Node.js keeps in stock.
  const nonce = randomUUID();
  const { status, repeated, body } = await send(dependencies, { ...asked, nonce });
  if (status === 200 && repeated !== nonce) throw new LinkError('answered another request');
  if (status === 200) return answerOf(asked.method, body);
  throw errorOf(dependencies, { method: asked.method, status, body });
}

/** Whatever goes wrong before an answer is here: the connection, the certificate, the time. */
async function send(
  { now }: ClientDependencies,
  { connections, method, input, signal, nonce }: Exchange & { nonce: string },
) {
  try {
    const { statusCode, headers, body } = await connections.pool().request({
      method: 'POST',
      path: pathOf(method),
      headers: {
        'content-type': 'application/json',
        [requestHeader]: nonce,
        [timeHeader]: String(now()),
      },
      body: JSON.stringify(input),
      signal,
    });
    return { status: statusCode, repeated: headers[requestHeader], body: parsed(await body.text()) };
  } catch (cause) {
    throw new LinkError((cause as Error).message, { broken: true, cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answerOf(method: MethodName, body: unknown): unknown {
  const result = wireMethods[method].answer.safeParse(body);
  if (!result.success) throw new LinkError(`answered ${method} with something else`, { cause: result.error });
  return body;
}

interface Refusal {
  method: MethodName;
  status: number;
  body: unknown;
}

/** Only the code travels: the same error is made of it here. */
function errorOf({ onRefused }: ClientDependencies, { method, status, body }: Refusal): Error {
  const {
    error: code,
    field,
    reason,
  } = (body ?? {}) as { error?: string; field?: unknown; reason?: unknown };
  const known = code !== undefined && Object.hasOwn(errorTable, code) && errorTable[code as ErrorCode];
  if (!known || known.status !== status || status >= 500)
    return new LinkError(`answered ${method} with status ${status}`);
  if (code === 'forbidden') onRefused?.(method);
  return new AppError(code as ErrorCode, {
    detail: `passkey manager: ${method}`,
    ...(typeof field === 'string' && { field }),
    ...(typeof reason === 'string' && { reason: reason as FieldReason }),
  });
}
