import type { ConsoleScript } from '../page-data.ts';
import { find } from './page.ts';

const pause = 3000;
/** As many as stay on the page: it shall not grow for ever. */
const most = 200;

/**
 * New events come in on top while the person looks: the server answers with rows as the table has them. Stops while the
 * page is hidden, and while it is switched off.
 */
export function watchLiveEvents({ url, newest }: NonNullable<ConsoleScript['live']>): void {
  const toggle = find<HTMLInputElement>('[data-live]');
  const rows = find<HTMLTableSectionElement>('#events tbody');
  let last = newest;
  let isWatching = false;

  async function look(): Promise<void> {
    if (document.hidden) return;
    const response = await fetch(`${url}${url.includes('?') ? '&' : '?'}newest=${encodeURIComponent(last)}`, {
      headers: { accept: 'application/json' },
      redirect: 'error',
    });
    if (!response.ok) throw new Error(String(response.status));
    const answer = (await response.json()) as { newest: string; rows: string };
    last = answer.newest;
    add(answer.rows);
  }

  /** The server escapes, as in the page itself. */
  function add(markup: string): void {
    if (!markup) return;
    const made = document.createElement('template');
    made.innerHTML = markup;
    for (const row of made.content.children) row.classList.add('is-new');
    rows.prepend(made.content);
    while (rows.childElementCount > most) rows.lastElementChild?.remove();
  }

  async function watch(): Promise<void> {
    if (isWatching) return;
    isWatching = true;
    while (toggle.checked) {
      // Whoever is signed out, or without the server, sees that nothing comes in any more.
      await look().catch(() => {
        toggle.checked = false;
      });
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    isWatching = false;
  }
  toggle.addEventListener('change', () => void watch());
}
