import Koa from 'koa';
import type { Log } from '../log.ts';
import type { Keyring } from '../secret/keyring.ts';
import { logAccess } from './access-log.ts';
import { refuseCrossSite } from './csrf.ts';
import { answerErrors, type RenderErrorPage } from './errors.ts';
import { health, type Readiness } from './health.ts';
import type { Metrics } from './metrics.ts';
import { nameRequest, requireWellFormed, settleProvenance } from './request.ts';
import { securityHeaders } from './security-headers.ts';

export interface ApplicationOptions {
  issuer: string;
  /** CIDRs. */
  trustedProxies: readonly string[];
  /** Where apps show certificates. */
  mtlsOrigin?: string | undefined;
  cookieKeyring: Keyring;
  /** Whether other sites and servers may post there: the protocol's endpoints, and the API. */
  isOpen: (path: string) => boolean;
  log: Log;
  metrics: Metrics;
  readiness: Readiness;
  renderErrorPage: RenderErrorPage;
}

/** What every request goes through before a room sees it. Rooms add their routes with `use`. */
export function createApplication(options: ApplicationOptions): Koa {
  const { issuer, log, metrics } = options;
  // `proxy` is safe: settleProvenance writes the X-Forwarded-* headers that koa then reads.
  const app = new Koa({ proxy: true, env: 'production' });
  app.keys = options.cookieKeyring;
  app.on('error', (error) => log.error({ err: error }, 'request broke off'));
  return app
    .use(nameRequest)
    .use(logAccess(log, metrics))
    .use(securityHeaders(issuer))
    .use(answerErrors(options))
    .use(requireWellFormed)
    .use(health(options.readiness))
    .use(settleProvenance(options))
    .use(refuseCrossSite(issuer, options.isOpen));
}
