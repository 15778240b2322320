import { z } from 'zod';
import { type Answered, ask } from './ask.ts';
import { ServerError } from './server-error.ts';

/** What a token endpoint gives (RFC 6749 §5.1). */
export interface Tokens {
  accessToken: string;
  /** Epoch milliseconds. */
  expiresAt: number;
  refreshToken?: string;
  scopes: string[];
}

const given = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().default(60),
  refresh_token: z.string().optional(),
  scope: z.string().default(''),
});
const refused = z.object({
  error: z.string(),
  error_description: z.string().optional(),
  scope: z.string().optional(),
});

/** RFC 6749 §5.2. */
export interface Refusal {
  error: string;
  description: string;
  /** Of `invalid_scope`: those that are too much. */
  scopes?: string[];
}

interface TokenRequest {
  fields: Record<string, string>;
  headers?: Record<string, string>;
  now: () => number;
}

/** @throws ServerError where the answer is none */
export async function askForTokens(
  endpoint: URL,
  { fields, headers = {}, now }: TokenRequest,
): Promise<Tokens | Refusal> {
  const asked = now();
  const answer = await ask(endpoint, { method: 'POST', headers, body: new URLSearchParams(fields) });
  const tokens = given.safeParse(answer.body);
  if (answer.status !== 200 || !tokens.success) return refusalOf(endpoint, answer);
  const { access_token, expires_in, refresh_token, scope } = tokens.data;
  return {
    accessToken: access_token,
    expiresAt: asked + expires_in * 1000,
    ...(refresh_token !== undefined && { refreshToken: refresh_token }),
    scopes: scope.split(' ').filter((each) => each !== ''),
  };
}

/** @throws ServerError */
export function refusalOf({ origin }: URL, { status, body }: Answered): Refusal {
  const answer = refused.safeParse(body);
  if (!answer.success)
    throw new ServerError(
      'server_not_understood',
      `${origin} answers ${status}, and not as a sign-in server.`,
    );
  const { error, error_description: description = '', scope } = answer.data;
  return { error, description, ...(scope !== undefined && { scopes: scope.split(' ') }) };
}

export const isRefusal = (answer: Tokens | Refusal): answer is Refusal => 'error' in answer;
