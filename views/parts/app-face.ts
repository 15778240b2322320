import { type Html, html, safeAddress } from '../html.ts';

/** An app as a person sees it. */
export interface AppFace {
  name: string;
  /** Host of its registered redirect address: the one thing about an app that was checked. */
  host?: string;
  logoUrl?: string;
}

/** Its logo, or its first letter where there is none. Decoration: the name stands beside it as text. */
export function appPicture({ name, logoUrl }: AppFace): Html {
  const logo = logoUrl && safeAddress(logoUrl);
  return logo
    ? html`<img class="app-picture" src="${logo}" alt="" width="48" height="48" referrerpolicy="no-referrer">`
    : html`<span class="app-picture letter" aria-hidden="true">${firstLetter(name)}</span>`;
}

const letters = new Intl.Segmenter();

function firstLetter(name: string): string {
  const [first] = letters.segment(name.trim());
  return first?.segment.toLocaleUpperCase() ?? '?';
}
