import { openAssets } from '../views/assets.ts';
import { isApiPath } from './admin/api/routes.ts';
import type { Config } from './config.ts';
import { createApplication } from './http/application.ts';
import { serveAssets, withLogo } from './http/assets.ts';
import { createErrorRenderer } from './http/error-page.ts';
import type { Gate } from './http/gate.ts';
import type { Readiness } from './http/health.ts';
import type { Metrics } from './http/metrics.ts';
import { createPageReader } from './http/page.ts';
import type { Log } from './log.ts';
import { openPaths } from './oidc/routes.ts';
import { isRegistrationPath } from './registration/routes.ts';
import type { OpenSecret } from './secret/secret-file.ts';

export type Front = ReturnType<typeof openFront>;

/** Everything that answers without a storage: pages, assets, health. */
export function openFront(parts: {
  config: Config;
  secret: OpenSecret;
  log: Log;
  metrics: Metrics;
  readiness: Readiness;
  rooms: Gate;
}) {
  const { config, secret, rooms, ...rest } = parts;
  const { brand, issuer } = config;
  const assets = openAssets({ accent: brand.accent });
  const { find, logoUrl } = brand.logo ? withLogo(assets.find, brand.logo) : { find: assets.find };
  const readPage = createPageReader({
    issuer,
    assets: assets.urls,
    brand: {
      name: brand.name,
      ...(logoUrl ? { logoUrl } : undefined),
      ...(brand.supportContact ? { supportContact: brand.supportContact } : undefined),
    },
  });
  const app = createApplication({
    ...rest,
    issuer,
    trustedProxies: config.trustedProxies,
    mtlsOrigin: config.mtls?.origin,
    cookieKeyring: secret.cookieKeyring,
    isOpen: (path) => openPaths.has(path) || isApiPath(path) || isRegistrationPath(path),
    renderErrorPage: createErrorRenderer(readPage, issuer),
  });
  app.use(serveAssets(find)).use(rooms.middleware);
  return { readPage, handler: app.callback() };
}
