import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { requestId, withoutIds } from '../http/request.ts';
import type { Log } from '../log.ts';

const events = [
  'authorization.error',
  'device_authorization.error',
  'grant.error',
  'userinfo.error',
  'introspection.error',
  'revocation.error',
  'end_session.error',
  'discovery.error',
  'jwks.error',
  'server_error',
] as const;

/** Writes down why the protocol refused a request, or failed at it: the answer says less. */
export function reportErrors(provider: Provider, log: Log): void {
  for (const event of events) {
    provider.on(event as 'server_error', (ctx: KoaContextWithOIDC, error: Error) => report(ctx, error, log));
  }
}

function report(ctx: KoaContextWithOIDC, error: Error, log: Log): void {
  const facts = { requestId: requestId(ctx), method: ctx.method, path: withoutIds(ctx.path) };
  const { status = 500, error: code, error_detail } = error as Partial<errors.OIDCProviderError>;
  if (status >= 500) log.error({ ...facts, err: error }, 'request failed');
  else log.info({ ...facts, code, detail: error_detail }, 'request refused');
}
