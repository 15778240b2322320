import { accountUrls } from '../account-urls.ts';
import type { ScriptWords } from '../page-data.ts';
import { stopCeremony, usePasskey } from './ceremony.ts';
import { find, findAll, go, isBusy, sentence, setBusy } from './page.ts';
import { post } from './post.ts';
import { explain } from './problem.ts';
import { type Said, say, whileWaiting } from './says.ts';

const pause = 5_000;

/** Requests of apps come in while the person looks. Each is answered where it stands. */
export function watchRequests(words: ScriptWords): void {
  const place = find('[data-requests]');
  place.addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLButtonElement>('button[data-request]');
    const card = button?.closest<HTMLElement>('li');
    if (button && card && !isBusy(place)) void answer(place, { button, card, words });
  });
  void watch(place, words);
}

/** Quietly: what is the same stays, and nothing changes under somebody's hands. Whoever is signed out is left alone. */
async function watch(place: HTMLElement, words: ScriptWords): Promise<void> {
  for (let goesOn = true; goesOn; ) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (document.hidden || isBusy(place)) continue;
    goesOn = await look(place, words).catch(() => true);
  }
}

/** Tells whether there is somebody to look for. */
async function look(place: HTMLElement, words: ScriptWords): Promise<boolean> {
  const response = await fetch(accountUrls.requests, {
    headers: { accept: 'application/json' },
    redirect: 'error',
  });
  if (response.status === 401) return false;
  if (!response.ok || isBusy(place)) return true;
  const { ids, html } = (await response.json()) as { ids: string; html: string };
  const before = place.dataset.requests;
  if (ids === before) return true;
  // The server escapes, as in the page itself.
  const made = document.createElement('template');
  made.innerHTML = html;
  place.replaceChildren(...find('[data-requests]', made.content).childNodes);
  place.dataset.requests = ids;
  for (const button of findAll<HTMLButtonElement>('button:disabled', place)) button.disabled = false;
  const [latest] = findAll('[data-says]', place).slice(-1);
  if (latest && ids.length > (before ?? '').length)
    say(latest, { kind: 'calm', text: sentence(words, 'requests.new') });
  return true;
}

interface Answered {
  button: HTMLButtonElement;
  card: HTMLElement;
  words: ScriptWords;
}

async function answer(place: HTMLElement, answered: Answered): Promise<void> {
  const { button, card, words } = answered;
  const area = find('[data-says]', card);
  setBusy(place, true);
  try {
    if (button.dataset.request === 'approve') await approve(area, answered);
    else await post(accountUrls.declineRequest, { id: button.dataset.value });
    go(accountUrls.page);
  } catch (error) {
    say(area, explain(words, error));
  } finally {
    setBusy(place, false);
  }
}

async function approve(area: HTMLElement, { button, words }: Answered): Promise<void> {
  const id = button.dataset.value;
  const waiting: Said = {
    kind: 'waiting',
    text: sentence(words, 'script.waiting'),
    button: { label: sentence(words, 'script.stopWaiting'), press: stopCeremony },
  };
  const ceremony = post<{ options: object }>(accountUrls.requestOptions, { id }).then(({ options }) =>
    usePasskey(options),
  );
  const response = await whileWaiting(area, waiting, ceremony);
  const checking = { kind: 'waiting', text: sentence(words, 'script.checking') } as const;
  await whileWaiting(area, checking, post(accountUrls.approveRequest, { id, response }));
}
