/** A person signs the command in on whatever device has their passkey (RFC 8628). */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type ApiScope, apiScopes } from '../../apps/api-scopes.ts';
import { commandAppId } from '../../apps/builtin-apps.ts';
import { ask } from './ask.ts';
import type { DiscoveredServer } from './discover.ts';
import { ServerError } from './server-error.ts';
import { askForTokens, isRefusal, type Refusal, refusalOf, type Tokens } from './token-request.ts';

const begun = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.url(),
  verification_uri_complete: z.url().optional(),
  expires_in: z.number(),
  interval: z.number().min(1).default(5),
});

/** What a person is shown. */
export interface ShownCode {
  /** Where to type it. */
  uri: string;
  /** With the code in it. */
  complete: string;
  code: string;
}

interface DeviceSignIn {
  scopes?: readonly ApiScope[];
  now: () => number;
  onCode: (shown: ShownCode) => void;
  /** While nobody has answered: seconds that are left. */
  onWait: (secondsLeft: number) => void;
}

/** @throws ServerError `sign_in_refused` */
export async function signInByDevice(
  server: DiscoveredServer,
  { scopes = apiScopes, now, onCode, onWait }: DeviceSignIn,
): Promise<Tokens> {
  const answer = await ask(server.device, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: commandAppId,
      scope: ['openid', 'offline_access', ...scopes].join(' '),
      resource: server.api,
    }),
  });
  const started = begun.safeParse(answer.body);
  if (answer.status !== 200 || !started.success) throw refusal(server, refusalOf(server.device, answer));
  const { device_code, user_code: code, verification_uri: uri, expires_in, interval } = started.data;
  onCode({ uri, complete: started.data.verification_uri_complete ?? uri, code });
  const end = now() + expires_in * 1000;
  let pause = interval;
  while (now() < end) {
    onWait(Math.ceil((end - now()) / 1000));
    await delay(pause * 1000);
    const fields = {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: commandAppId,
      device_code,
    };
    const tokens = await askForTokens(server.token, { fields, now });
    if (!isRefusal(tokens)) return tokens;
    // RFC 8628 §3.5.
    if (tokens.error === 'slow_down') pause += 5;
    else if (tokens.error !== 'authorization_pending') throw refusal(server, tokens);
  }
  throw refusal(server, { error: 'expired_token', description: '' });
}

const meanings: Record<string, string> = {
  access_denied: 'The sign-in was declined, or the person has no part in administration.',
  expired_token: 'Nobody typed the code in time. `latchkey login` makes another one.',
  invalid_client: 'The server knows no `latchkey` command. Is it of an older version?',
};

const refusal = ({ issuer }: DiscoveredServer, { error, description }: Refusal) =>
  new ServerError(
    'sign_in_refused',
    meanings[error] ?? `${issuer} refuses the sign-in: ${description || error}.`,
  );

/** A new access token, and the refresh token after it. @throws ServerError `sign_in_needed` where there is no more */
export async function refreshed(
  server: DiscoveredServer,
  before: Tokens,
  now: () => number,
): Promise<Tokens> {
  const { refreshToken } = before;
  if (refreshToken === undefined) throw signInNeeded(server.issuer);
  const fields = { grant_type: 'refresh_token', client_id: commandAppId, refresh_token: refreshToken };
  const tokens = await askForTokens(server.token, { fields, now });
  if (isRefusal(tokens)) throw signInNeeded(server.issuer);
  return { refreshToken, ...tokens };
}

export const signInNeeded = (server: string) =>
  new ServerError(
    'sign_in_needed',
    `Nobody is signed in to ${server} from here, or no longer: \`latchkey login --server ${server}\` signs in.`,
  );

/** RFC 7009: the server forgets what was given, access tokens of it too. */
export async function revoke({ revocation }: DiscoveredServer, { refreshToken, accessToken }: Tokens) {
  const body = new URLSearchParams({ client_id: commandAppId, token: refreshToken ?? accessToken });
  await ask(revocation, { method: 'POST', body });
}
