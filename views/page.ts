import type { AssetName, AssetUrls } from './assets.ts';
import { type Html, html, json } from './html.ts';
import type { ScriptData } from './page-data.ts';
import { productSymbol } from './parts/symbols.ts';
import { type Locale, languages, type Words } from './words.ts';

/** What every page knows, whatever it shows. */
export interface PageContext {
  locale: Locale;
  dir: 'ltr' | 'rtl';
  words: Words;
  brand: Brand;
  /** Addresses of scripts and stylesheets by their logical names; see assets.ts. */
  assets: AssetUrls;
  /** The address people should see, such as `https://login.example.com`; shown small. */
  issuer: string;
  /** To be given to support; shown on the error page. */
  requestId?: string;
  /** Of the person who is signed in. */
  userName?: string;
}

export interface Brand {
  /** Name of the installation. */
  name: string;
  /** Same-origin or https; without it the product's key is shown. */
  logoUrl?: string;
  /** An e-mail address, a phone number or a web address. */
  supportContact?: string;
}

/** What one page adds to the frame. */
export interface Layout {
  /** Says where one is: the only h1, and the title. */
  heading: string;
  /** A line below the heading. */
  lead?: Html | string | undefined;
  /** Stands above the heading, in the card: whose page this is. */
  banner?: Html | undefined;
  content: Html;
  /** One card of reading width, or a page of several cards. */
  shape?: 'card' | 'sheet';
  /** Beside the styles that every page has. */
  styles?: readonly AssetName[];
  script?:
    | 'sign-in.js'
    | 'step-up.js'
    | 'enrol.js'
    | 'account.js'
    | 'consent.js'
    | 'retry.js'
    | 'signing-out.js';
  /** Read by the script from `#page-data`. */
  data?: ScriptData;
  /** Without where the address carries a request that a link would lose. */
  languageLinks?: boolean;
}

/** What a document is made of, whatever frame it has. */
export interface DocumentParts {
  title: string;
  /** Beside the styles that every page has. */
  styles?: readonly AssetName[];
  script?: AssetName | undefined;
  /** Further elements of the head. */
  head?: Html | false | undefined;
  body: Html;
}

/** The whole document. No inline script or style: it runs under `script-src 'self'; style-src 'self'`. */
export function renderDocument(
  page: PageContext,
  { title, styles = [], script, head, body }: DocumentParts,
): Html {
  const { assets } = page;
  return html`<!doctype html>
<html lang="${page.locale}" dir="${page.dir}">
<head>
<meta charset="utf-8">
<title>${title} · ${page.brand.name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="${assets['icon.svg']}" type="image/svg+xml">
${(['main.css', ...styles, 'brand.css'] as const).map((name) => html`<link rel="stylesheet" href="${assets[name]}">\n`)}${script && html`<script type="module" src="${assets[script]}"></script>`}
${head}
</head>
${body}
</html>`;
}

/** Scripts that only spare a press of a link. */
const worksWithout: readonly string[] = ['retry.js', 'signing-out.js'];

export function renderPage(page: PageContext, layout: Layout): Html {
  const { words } = page;
  return renderDocument(page, {
    title: layout.heading,
    styles: layout.styles ?? [],
    script: layout.script,
    head: layout.script === 'retry.js' && html`<noscript><meta http-equiv="refresh" content="10"></noscript>`,
    body: html`<body>
<a class="skip" href="#main">${words('page.skip')}</a>
${masthead(page)}
<main id="main" class="${layout.shape ?? 'card'}">
${layout.banner}
<h1 id="heading" tabindex="-1">${layout.heading}</h1>
${layout.lead && html`<p class="lead">${layout.lead}</p>`}
${layout.script && !worksWithout.includes(layout.script) && html`<noscript><p class="notice caution">${words('page.noScript')}</p></noscript>`}
${layout.content}
</main>
${footer(page, layout.languageLinks ?? true)}
${layout.data && html`<script type="application/json" id="page-data">${json(layout.data)}</script>`}
</body>`,
  });
}

function masthead({ brand }: PageContext): Html {
  return html`<header class="masthead">
${brandMark(brand)}
</header>`;
}

/** The installation's logo, or the product's key, and its name. */
export function brandMark({ logoUrl, name }: Brand): Html {
  return html`${logoUrl ? html`<img src="${logoUrl}" alt="" width="32" height="32">` : productSymbol}
<span class="brand-name">${name}</span>`;
}

export function footer({ words, issuer, locale }: PageContext, languageLinks: boolean): Html {
  return html`<footer class="footer">
<p class="address"><span class="visually-hidden">${words('page.address')} </span><bdi>${issuer}</bdi></p>
${languageLinks && languageNavigation(words, locale)}
</footer>`;
}

/** Plain links that work without scripts: `?lang=de` is answered with a cookie and the same page. */
function languageNavigation(words: Words, current: Locale): Html {
  return html`<nav class="languages" aria-label="${words('page.languages')}"><ul>${Object.entries(
    languages,
  ).map(
    ([locale, name]) =>
      html`<li><a href="?lang=${locale}" lang="${locale}" hreflang="${locale}"${
        locale === current && html` aria-current="true"`
      }>${name}</a></li>`,
  )}</ul></nav>`;
}
