import type { Context } from 'koa';
import { readCookie, setCookie } from './cookies.ts';

/** The best of what is there for a list of BCP 47 tags, best first. */
export type NegotiateLocale<Locale extends string> = (wanted: readonly string[]) => Locale;

/** The languages an app asks for (`ui_locales`, OIDC Core §3.1.2.1) hold for every page on the way to it. */
export function wishLocales(ctx: Context, uiLocales: unknown): void {
  if (typeof uiLocales === 'string') ctx.state.uiLocales = uiLocales;
}

/** Which language to speak: `lang` or `ui_locales` of the request (or of the one it goes on with), then the person's choice, then the browser's. */
export function createLocaleReader<Locale extends string>(
  negotiate: NegotiateLocale<Locale>,
): (ctx: Context) => Locale {
  return (ctx) => {
    const asked = [ctx.query.lang, ctx.query.ui_locales, ctx.state.uiLocales].flat().join(' ').split(' ');
    const wanted = [...asked, readCookie(ctx, 'locale') ?? '', ...ctx.acceptsLanguages()];
    return negotiate(wanted.filter((tag) => /^[a-z]{2,8}(-[a-z0-9]{1,8}){0,7}$/i.test(tag)).slice(0, 20));
  };
}

/** Remembers the person's choice for a year. */
export function rememberLocale(ctx: Context, locale: string): void {
  setCookie(ctx, 'locale', { value: locale, minutes: 365 * 24 * 60 });
}
