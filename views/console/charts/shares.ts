import { type Html, html } from '../../html.ts';
import type { PageContext } from '../../page.ts';
import { count, percent } from '../parts/facts.ts';

export interface Share {
  label: string;
  value: number;
  /** A page about it. */
  url?: string;
}

/**
 * Parts of a whole, the largest first, each with its number: the bar only helps the eye.
 * @param whole what all of them are of; their sum where nothing else is said
 */
export function shareBars(
  page: PageContext,
  { shares, whole }: { shares: readonly Share[]; whole?: number },
): Html {
  const all = whole ?? shares.reduce((sum, { value }) => sum + value, 0);
  return html`<ul class="shares">${shares.map(({ label, value, url }) => {
    const share = all > 0 ? Math.min(1, value / all) : 0;
    return html`<li><span class="share-label">${url ? html`<a href="${url}"><bdi>${label}</bdi></a>` : html`<bdi>${label}</bdi>`}</span><span class="share-value">${count(page, value)} <span class="quiet-text">${percent(page, share)}</span></span>
<svg class="share-bar" aria-hidden="true" focusable="false" width="100%" height="8"><rect class="share-ground" width="100%" height="8" rx="4"/>${share > 0 && html`<rect class="chart-solid" width="${(share * 100).toFixed(2)}%" height="8" rx="4"/>`}</svg></li>`;
  })}</ul>`;
}
