/** Each guide that says it is tested, tried with the software it is for. */
import assert from 'node:assert/strict';
import { endpointsOf } from '../../server/apps/guides/endpoints.ts';
import { guidesFor } from '../../server/apps/guides/guides.ts';
import { sampleApps } from '../../server/apps/guides/sample-apps.ts';
import { apache } from './apache.ts';
import { django } from './django.ts';
import {
  authJs,
  curl,
  express,
  openidClient,
  openidClientDevice,
  openidClientMachine,
  openidClientNative,
} from './node.ts';
import { openidClientBrowser } from './page.ts';
import type { Host } from './place.ts';
import { nginx, oauth2Proxy } from './proxies.ts';
import { siteCaddy, siteHaproxy, siteNginx } from './sites.ts';
import { springSecurity } from './spring.ts';

interface GuideCheck {
  /** Of the guide. */
  id: string;
  /** What must be installed. */
  commands: readonly string[];
  run(host: Host): Promise<string[]>;
}

/** @param chromium its path, or `undefined` where there is none */
export function guideChecks(chromium: string | undefined): GuideCheck[] {
  return [
    { id: 'openid-client', commands: ['npm'], run: openidClient },
    { id: 'openid-client-native', commands: ['npm'], run: openidClientNative },
    { id: 'openid-client-device', commands: ['npm'], run: openidClientDevice },
    { id: 'openid-client-machine', commands: ['npm'], run: openidClientMachine },
    {
      id: 'openid-client-browser',
      commands: ['npm', chromium ?? 'chromium'],
      run: (host) => openidClientBrowser(host, chromium ?? ''),
    },
    { id: 'curl', commands: ['curl'], run: curl },
    { id: 'express', commands: ['npm'], run: express },
    { id: 'auth-js', commands: ['npm'], run: authJs },
    { id: 'spring-security', commands: ['java', 'mvn'], run: springSecurity },
    { id: 'django', commands: ['python3'], run: django },
    { id: 'mod-auth-openidc', commands: ['apache2'], run: apache },
    { id: 'oauth2-proxy', commands: ['go'], run: oauth2Proxy },
    { id: 'nginx', commands: ['go', 'nginx'], run: nginx },
    { id: 'forward-auth-nginx', commands: ['nginx'], run: siteNginx },
    { id: 'forward-auth-caddy', commands: ['caddy'], run: siteCaddy },
    { id: 'forward-auth-haproxy', commands: ['haproxy'], run: siteHaproxy },
  ];
}

/** By the relying parties in Python and Go, which read its variables. */
const triedByPrograms = ['any-library'];

/** That the guides say of themselves what is so. */
export async function checkClaims({ server }: Host): Promise<string[]> {
  const { origin: issuer } = server;
  const all = Object.values(sampleApps).flatMap((app) => guidesFor({ issuer, app }));
  const tested = [...new Set(all.flatMap(({ id, tested }) => (tested ? [id] : [])))];
  const tried = [...guideChecks(undefined).map(({ id }) => id), ...triedByPrograms];
  assert.deepEqual(tested.sort(), tried.sort());
  const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
  const metadata = (await discovery.json()) as Record<string, string>;
  assert.deepEqual(endpointsOf(issuer), {
    authorization: metadata.authorization_endpoint,
    token: metadata.token_endpoint,
    userinfo: metadata.userinfo_endpoint,
    endSession: metadata.end_session_endpoint,
  });
  return [`${tested.length} guides say that they are tested, and are`, 'endpoints are those of discovery'];
}
