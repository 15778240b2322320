/** An app's server as far as back-channel logout goes: takes logout tokens, and answers as it is told to. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { createRemoteJWKSet, type JWTVerifyResult, jwtVerify } from 'jose';

export interface LogoutReceiver extends AsyncDisposable {
  /** The address to register. */
  readonly uri: string;
  /** Every logout token that came, also those that it did not say yes to. */
  readonly tokens: string[];
  /** How it answers; 200 unless told otherwise. */
  answer: (response: ServerResponse) => void;
  /** Resolves to the tokens, once there are so many. */
  received(count: number): Promise<string[]>;
}

export async function startLogoutReceiver(): Promise<LogoutReceiver> {
  const tokens: string[] = [];
  const listener: RequestListener = async (request, response) => {
    assert.equal(request.method, 'POST');
    assert.equal(request.headers['content-type'], 'application/x-www-form-urlencoded');
    const form = new URLSearchParams(await text(request));
    tokens.push(form.get('logout_token') ?? '');
    receiver.answer(response);
  };
  const server = createServer((request, response) => void listener(request, response));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  const receiver: LogoutReceiver = {
    uri: `http://localhost:${address.port}/logout`,
    tokens,
    answer: (response) => void response.end(),
    async received(count) {
      for (const until = Date.now() + 10_000; tokens.length < count; await delay(20))
        assert.ok(Date.now() < until, `${tokens.length} of ${count} logout tokens came`);
      return tokens;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}

/** What an app that nobody here wrote makes of a logout token (OIDC Back-Channel Logout 1.0 §2.6). */
export async function verifyLogoutToken(
  token: string | undefined,
  { origin, appId }: { origin: string; appId: string },
): Promise<JWTVerifyResult['payload']> {
  const keys = createRemoteJWKSet(new URL(`${origin}/jwks`));
  const { payload } = await jwtVerify(token ?? '', keys, {
    issuer: origin,
    audience: appId,
    typ: 'logout+jwt',
    maxTokenAge: 10,
    requiredClaims: ['iat', 'exp', 'jti', 'events', 'sub'],
  });
  assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
  assert.equal(payload.nonce, undefined);
  const lifetime = Number(payload.exp) - Number(payload.iat);
  assert.ok(lifetime > 0 && lifetime <= 120, `valid for ${lifetime} s`);
  return payload;
}
