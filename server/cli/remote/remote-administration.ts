/** The operations over HTTP: whatever uses them does not know where they are done. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { requestOf, routeOf } from '../../admin/http-mapping.ts';
import type { Operation } from '../../admin/operation.ts';
import { type Administration, operations } from '../../admin/operations.ts';
import type { ApiScope } from '../../apps/api-scopes.ts';
import { AppError, errorTable } from '../../errors.ts';
import { type Answered, type Asked, ask } from './ask.ts';
import { isBrokenOff, ServerError } from './server-error.ts';

export interface RemoteServer {
  /** `https://login.example.com/api/v1`. */
  api: string;
  /** An access token; `renew` where the one before was refused. @throws ServerError `sign_in_needed` */
  token: (scope: ApiScope, options?: { renew?: boolean }) => Promise<string>;
  /** Told before it waits because the server is asked too often. */
  onWait?: (seconds: number) => void;
}

export function remoteAdministration(server: RemoteServer): Administration {
  const areas = Object.entries(operations).map(([area, named]) => [
    area,
    Object.fromEntries(
      Object.entries<Operation>(named).map(([name, operation]) => [
        name,
        (input: Record<string, unknown> = {}) => perform(server, operation, input),
      ]),
    ),
  ]);
  return Object.fromEntries(areas) as Administration;
}

/** @throws AppError as the operation itself does, ServerError */
async function perform(server: RemoteServer, operation: Operation, input: Record<string, unknown>) {
  if (operation.onlyHere)
    throw new ServerError(
      'only_here',
      `This is done on the machine of ${new URL(server.api).origin} itself.`,
    );
  const { method, path, headers, body } = requestOf(operation, input);
  const url = new URL(`${server.api}${path}`);
  const asked: Asked = {
    method,
    headers: {
      ...headers,
      ...(method === 'POST' && { 'idempotency-key': randomUUID() }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  };
  const answer = await withToken(server, operation, (authorization) =>
    patiently(server, url, { ...asked, headers: { ...asked.headers, authorization } }),
  );
  if (answer.status !== 200) throw problemOf(operation, { answer, url });
  const output = operation.output.safeParse(answer.body);
  if (!output.success)
    throw new ServerError(
      'server_not_understood',
      `${url.origin} answers otherwise than this version of the command understands. Is it of another version?`,
      { cause: output.error },
    );
  return output.data;
}

/** Once more with a new token: one may have been ended before its time. */
async function withToken(
  { token }: RemoteServer,
  { scope }: Operation,
  request: (authorization: string) => Promise<Answered>,
): Promise<Answered> {
  const answer = await request(`Bearer ${await token(scope)}`);
  return answer.status === 401 ? request(`Bearer ${await token(scope, { renew: true })}`) : answer;
}

const [mostWaits, longestWait] = [10, 60];

/** Waits where it asks too often, and asks again where the connection broke off and nothing is done twice by that. */
async function patiently({ onWait }: RemoteServer, url: URL, asked: Asked): Promise<Answered> {
  const mayRepeat = ['GET', 'PUT', 'POST'].includes(asked.method ?? '');
  const once = () =>
    ask(url, asked).catch((error: unknown) => {
      if (mayRepeat && error instanceof ServerError && isBrokenOff(error.cause)) return ask(url, asked);
      throw error;
    });
  let answer = await once();
  for (let waits = 0; answer.status === 429 && waits < mostWaits; waits += 1) {
    const seconds = Math.min(Number(answer.headers.get('retry-after')) || 1, longestWait);
    onWait?.(seconds);
    await delay(seconds * 1000);
    answer = await once();
  }
  return answer;
}

const problem = z.object({
  code: z.string(),
  detail: z.string().exactOptional(),
  field: z.string().exactOptional(),
  requestId: z.string().exactOptional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).exactOptional(),
});

interface Refused {
  answer: Answered;
  url: URL;
}

/** The same error as here (RFC 9457). */
function problemOf(operation: Operation, { answer, url }: Refused): Error {
  const said = problem.safeParse(answer.body);
  const code = said.data?.code ?? '';
  if (!said.success || !isErrorCode(code))
    return new ServerError(
      'server_not_understood',
      `${url.origin} answers ${answer.status} to ${routeOf(operation).method} ${url.pathname}, and not as a Latchkey server.`,
    );
  const { field, errors: problems, requestId, detail = requestId && `request-id=${requestId}` } = said.data;
  if (code === 'token_invalid')
    return new ServerError('sign_in_needed', 'The sign-in has ended: `latchkey login` begins another one.');
  return new AppError(code, {
    ...(field !== undefined && { field }),
    ...(problems && { problems }),
    ...(detail !== undefined && { detail }),
  });
}

const isErrorCode = (code: string): code is keyof typeof errorTable => Object.hasOwn(errorTable, code);
