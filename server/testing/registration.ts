/** An app that registers by itself, in tests. */
import assert from 'node:assert/strict';
import type { TestInstallation } from './installation.ts';

export interface Told {
  status: number;
  body: Record<string, unknown> & { client_id: string; registration_access_token: string };
  headers: Headers;
}

/** Asks the registration endpoint, or an app's own address below it. */
export async function askRegistration(
  { origin }: Pick<TestInstallation, 'origin'>,
  {
    method = 'POST',
    path = '',
    token,
    body,
  }: Partial<Record<'method' | 'path' | 'token', string>> & { body?: unknown },
): Promise<Told> {
  const answer = await fetch(`${origin}/register${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : {} };
}

export const assertRefusedWith = ({ status, body }: Told, error: string) =>
  assert.deepEqual(
    [status, body.error],
    [error === 'invalid_token' ? 401 : 400, error],
    JSON.stringify(body),
  );
