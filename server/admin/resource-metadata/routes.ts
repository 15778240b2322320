import Router from '@koa/router';
import { apiResource, apiScopes } from '../../apps/api-scopes.ts';

const path = '/.well-known/oauth-protected-resource/api/v1';

/** Where our API says which authorization server its tokens are of (RFC 9728 §3.1). */
export const resourceMetadataUrl = (issuer: string): string => `${issuer}${path}`;

/** RFC 9728 §2: a client that knows the API alone finds everything else from here. */
export function createResourceMetadataRoutes(issuer: string): Router {
  return new Router().get(path, (ctx) => {
    ctx.set('Cache-Control', 'max-age=300');
    // Public, and nothing in it depends on who asks.
    ctx.set('Access-Control-Allow-Origin', '*');
    ctx.body = {
      resource: apiResource(issuer),
      authorization_servers: [issuer],
      scopes_supported: apiScopes,
      bearer_methods_supported: ['header'],
      resource_documentation: apiResource(issuer),
    };
  });
}
