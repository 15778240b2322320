import type { KoaContextWithOIDC } from 'oidc-provider';
import { errorPage } from '../../views/pages/error.ts';
import { signedOutPage, signOutPage } from '../../views/pages/sign-out.ts';
import { type ReadPage, showPage } from '../http/page.ts';
import type { ProviderPages } from './provider.ts';

/** Our pages, where oidc-provider has something to say to a person. */
export function createProviderPages({ readPage }: { readPage: ReadPage }): ProviderPages {
  return {
    error(ctx, out) {
      const { status } = ctx;
      const description = out.error_description;
      showPage(
        ctx,
        errorPage(readPage(ctx), { status, code: out.error, ...(description ? { description } : {}) }),
        status,
      );
    },
    signOut(ctx, form) {
      const appName = ctx.oidc.client?.clientName;
      showPage(ctx, signOutPage(readPage(ctx), { ...form, ...(appName ? { appName } : {}) }));
    },
    signedOut(ctx: KoaContextWithOIDC) {
      showPage(ctx, signedOutPage(readPage(ctx), { signInUrl: '/account' }));
    },
  };
}
