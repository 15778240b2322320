import type { KoaContextWithOIDC } from 'oidc-provider';
import {
  confirmDevicePage,
  deviceConnectedPage,
  deviceDeclinedPage,
  userCodePage,
} from '../../views/pages/device.ts';
import { errorPage } from '../../views/pages/error.ts';
import { signedOutPage, signingOutPage, signOutPage } from '../../views/pages/sign-out.ts';
import { isOwnPage } from '../apps/builtin-apps.ts';
import { ofTrial } from '../apps/trial-app.ts';
import { type ReadPage, showPage } from '../http/page.ts';
import type { ProviderPages } from './provider.ts';

/** Our pages, where oidc-provider has something to say to a person. */
export function createProviderPages({
  readPage,
  hasConsole,
  now,
}: {
  readPage: ReadPage;
  hasConsole: boolean;
  now: () => number;
}): ProviderPages {
  return {
    error(ctx, out, error) {
      const { status } = ctx;
      const description = out.error_description;
      const app = hasConsole ? appOf(ctx) : undefined;
      // oidc-provider calls it `invalid_request`: somebody came late, and the app did nothing wrong.
      const code = error.name === 'SessionNotFound' ? 'session_not_found' : out.error;
      const startUrl = ctx.path.startsWith('/device') ? '/device' : undefined;
      const data = { status, code, ...(description && { description }), ...(app && { app }) };
      showPage(ctx, errorPage(readPage(ctx), { ...data, ...(startUrl && { startUrl }) }), status);
    },
    signOut(ctx, form) {
      const appName = ctx.oidc.client?.clientName;
      showPage(ctx, signOutPage(readPage(ctx), { ...form, ...(appName ? { appName } : {}) }));
    },
    signingOut(ctx, { frames, goesTo }) {
      const origins = new Set(frames.map((uri) => new URL(uri).origin));
      const policy = ctx.response.get('Content-Security-Policy');
      ctx.set('Content-Security-Policy', `${policy};frame-src ${[...origins].join(' ')}`);
      showPage(ctx, signingOutPage(readPage(ctx), { frames, goesTo }));
    },
    signedOut(ctx: KoaContextWithOIDC) {
      showPage(ctx, signedOutPage(readPage(ctx), { signInUrl: '/account' }));
    },
    userCode: (ctx, form) => showPage(ctx, userCodePage(readPage(ctx), form)),
    confirmDevice: (ctx, form) => showPage(ctx, confirmDevicePage(readPage(ctx), { ...form, now: now() })),
    deviceConnected(ctx) {
      const { clientName, clientId = '' } = ctx.oidc.client ?? {};
      showPage(ctx, deviceConnectedPage(readPage(ctx), { appName: clientName ?? clientId }));
    },
    deviceDeclined: (ctx) => showPage(ctx, deviceDeclinedPage(readPage(ctx))),
  };
}

/** What an administrator can look at: apps, and not our own pages. */
function appOf({ oidc }: KoaContextWithOIDC): { id: string; name: string } | undefined {
  const { clientId, clientName } = oidc?.client ?? {};
  if (clientId === undefined || isOwnPage(clientId)) return undefined;
  const id = ofTrial(clientId) ?? clientId;
  return { id, name: clientName ?? id };
}
