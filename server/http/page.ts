import type { Context } from 'koa';
import type { AssetUrls } from '../../views/assets.ts';
import type { Html } from '../../views/html.ts';
import type { Brand, PageContext } from '../../views/page.ts';
import { directions, negotiateLocale, words } from '../../views/words.ts';
import { isOfSites, siteBase } from '../site-paths.ts';
import { createLocaleReader, rememberLocale } from './locale.ts';

interface PageOptions {
  issuer: string;
  brand: Brand;
  assets: AssetUrls;
}

/** Makes what every page knows from the request it answers. Also reads oidc-provider's contexts. */
export type ReadPage = (ctx: Context) => PageContext;

export function createPageReader({ issuer, brand, assets }: PageOptions): ReadPage {
  const localeOf = createLocaleReader((wanted) => negotiateLocale({ uiLocales: wanted.join(' ') }));
  const assetsOfSites = ofSites(assets);
  const { logoUrl } = brand;
  const brandOfSites = logoUrl === undefined ? brand : { ...brand, logoUrl: siteBase + logoUrl };
  return (ctx) => {
    const locale = localeOf(ctx);
    // `?lang=` is the link in the footer: a choice, kept for the next pages.
    if (ctx.query.lang === locale) rememberLocale(ctx, locale);
    return {
      locale,
      dir: directions[locale],
      words: words(locale),
      brand: isOfSites(ctx.path) ? brandOfSites : brand,
      assets: isOfSites(ctx.path) ? assetsOfSites : assets,
      issuer,
      requestId: ctx.response.get('X-Request-Id'),
    };
  };
}

/** On the origin of a site our assets are below our own paths: its gateway sends no others here. */
function ofSites(assets: AssetUrls): AssetUrls {
  const entries = Object.entries(assets).map(([name, url]) => [name, siteBase + url]);
  return Object.fromEntries(entries) as AssetUrls;
}

export function showPage(ctx: Context, page: Html, status = 200): void {
  ctx.status = status;
  ctx.type = 'html';
  ctx.body = String(page);
}
