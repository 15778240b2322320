import Router from '@koa/router';
import * as client from 'openid-client';

/** How strong and how recent a sign-in must be. */
export interface Sensitivity {
  /** Authentication context classes that will do, best first. */
  acrValues: readonly string[];
  /** Seconds since the passkey was used. */
  maxAge: number;
}

export const sensitivePath = '/api/sensitive';

/**
 * The other half of a real app: an API that takes access tokens. It asks the provider what a token is worth (RFC 7662),
 * and answers only for a sign-in that is strong and recent enough; else it says what it wants (RFC 9470).
 */
export function resourceServer(
  provider: () => Promise<client.Configuration>,
  { acrValues, maxAge }: Sensitivity,
): Router {
  return new Router().get(sensitivePath, async (ctx) => {
    const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(ctx.get('Authorization')) ?? [];
    if (!token) return refuse({});
    const { active, acr, auth_time: at } = await client.tokenIntrospection(await provider(), token);
    if (!active) return refuse({ error: 'invalid_token' });
    const isStrong = typeof acr === 'string' && acrValues.includes(acr);
    const isRecent = typeof at === 'number' && Date.now() / 1000 - at <= maxAge + 1;
    if (!isStrong || !isRecent)
      return refuse({
        error: 'insufficient_user_authentication',
        error_description: isStrong ? 'A more recent sign-in is required' : 'A stronger sign-in is required',
        acr_values: acrValues.join(' '),
        max_age: String(maxAge),
      });
    ctx.body = { secret: 'The spare key is under the third flowerpot.', acr, auth_time: at };

    function refuse(parameters: Record<string, string>): void {
      const told = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`);
      ctx.status = 401;
      ctx.set('WWW-Authenticate', ['Bearer', told.join(', ')].filter(Boolean).join(' '));
    }
  });
}
