import { type Html, html, json } from '../html.ts';
import { brandMark, footer, type PageContext, renderDocument } from '../page.ts';
import type { ConsoleScript } from '../page-data.ts';
import type { MessageKey } from '../words.ts';
import { type Section, sections } from './sections.ts';
import { consoleUrls } from './urls.ts';

export type ConsoleRole = 'administrator' | 'support' | 'auditor' | 'person';

/** Who is at the console, and what they may open. */
export interface Operator {
  name: string;
  userName: string;
  role: ConsoleRole;
  /** What stands in the navigation. */
  sections: readonly Section[];
}

export interface ConsoleContext extends PageContext {
  operator: Operator;
  now: number;
}

/** What came of the form that was sent last. */
export interface Notice {
  kind: 'success' | 'problem' | 'caution';
  text: Html | string;
}

export interface Crumb {
  label: string;
  url: string;
}

export interface ConsoleLayout {
  /** Marked in the navigation; none where the page belongs to several. */
  section?: Section | undefined;
  /** Pages between the section's list and this one. */
  crumbs?: readonly Crumb[];
  heading: Html | string;
  /** The heading as plain text, where it is markup. */
  title?: string;
  lead?: Html | string | undefined;
  /** Beside the heading: what one mostly comes here for. */
  actions?: Html | undefined;
  notice?: Notice | undefined;
  content: Html;
  /** A page of forms and sentences is narrower than one of tables. */
  width?: 'reading' | 'wide';
  /** For the script. */
  live?: ConsoleScript['live'] | undefined;
  /** What was searched for stays in the box. */
  search?: string;
}

export const roleNames: Readonly<Record<ConsoleRole, MessageKey>> = {
  administrator: 'role.administrator',
  support: 'role.support',
  auditor: 'role.auditor',
  person: 'role.person',
};

/** The frame of every page for administrators. All of it works without scripts; they add shortcuts. */
export function consolePage(page: ConsoleContext, layout: ConsoleLayout): Html {
  const { words } = page;
  return renderDocument(page, {
    title: layout.title ?? String(layout.heading),
    styles: ['console.css'],
    script: 'console.js',
    body: html`<body class="console">
<a class="skip" href="#main">${words('page.skip')}</a>
${topBar(page, layout)}
<nav class="side" aria-label="${words('console.navigation')}">${navigation(page, layout.section)}</nav>
<main id="main" class="page ${layout.width ?? 'wide'}">
${breadcrumb(page, layout)}
<div class="page-head"><h1 id="heading" tabindex="-1">${layout.heading}</h1>${layout.actions && html`<div class="page-actions">${layout.actions}</div>`}</div>
${layout.lead && html`<p class="lead">${layout.lead}</p>`}
${layout.notice && html`<p class="notice ${layout.notice.kind}" role="${layout.notice.kind === 'problem' ? 'alert' : 'status'}" tabindex="-1" data-notice>${layout.notice.text}</p>`}
${layout.content}
</main>
${footer(page, true)}
<script type="application/json" id="page-data">${json({ kind: 'console', copied: words('console.copied'), ...(layout.live && { live: layout.live }) } satisfies ConsoleScript)}</script>
</body>`,
  });
}

function topBar(page: ConsoleContext, { section, search }: ConsoleLayout): Html {
  const { words, brand, operator } = page;
  return html`<header class="top">
<a class="top-brand" href="${consoleUrls.start}">${brandMark(brand)}<span class="visually-hidden">, ${words('console.name')}</span></a>
${
  operator.sections.some((each) => each === 'people' || each === 'apps') &&
  html`<form class="top-search" role="search" method="get" action="${consoleUrls.search}"><label class="visually-hidden" for="console-search">${words('console.search')}</label>
<input id="console-search" type="search" name="q" value="${search ?? ''}" maxlength="200" placeholder="${words('console.searchHint')}" autocomplete="off" spellcheck="false" aria-keyshortcuts="/" data-search><kbd aria-hidden="true" class="needs-scripts">/</kbd></form>`
}
<details class="top-menu who"><summary><span class="who-name"><bdi>${operator.name}</bdi></span><span class="who-role">${words(roleNames[operator.role])}</span></summary>
${ownLinks(page)}</details>
<details class="top-menu menu"><summary>${words('console.menu')}</summary><div><nav aria-label="${words('console.navigation')}">${navigation(page, section)}</nav>
<div class="menu-who"><p><bdi>${operator.name}</bdi> <span class="who-role">${words(roleNames[operator.role])}</span></p>${ownLinks(page)}</div></div></details>
</header>`;
}

function ownLinks({ words }: ConsoleContext): Html {
  return html`<ul><li><a href="${consoleUrls.account}">${words('console.ownAccount')}</a></li><li><a href="${consoleUrls.signOut}">${words('action.signOut')}</a></li></ul>`;
}

function navigation({ words, operator }: ConsoleContext, current: Section | undefined): Html {
  const shown = Object.entries(sections).filter(([section]) =>
    operator.sections.includes(section as Section),
  );
  return html`<ul>${shown.map(
    ([section, { label, url, begins }]) =>
      html`<li${begins && html` class="begins"`}><a href="${url}"${section === current && html` aria-current="page"`}>${words(label)}</a></li>`,
  )}</ul>`;
}

function breadcrumb({ words }: ConsoleContext, { section, crumbs }: ConsoleLayout): Html | undefined {
  if (!crumbs) return undefined;
  const first = section && { label: words(sections[section].label), url: sections[section].url };
  const all = [...(first ? [first] : []), ...crumbs];
  return html`<nav class="crumbs" aria-label="${words('console.breadcrumb')}"><ol>${all.map(
    ({ label, url }) => html`<li><a href="${url}"><bdi>${label}</bdi></a></li>`,
  )}</ol></nav>`;
}
