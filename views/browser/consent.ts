import { watchAbort } from './abort.ts';
import { enableButtons, find, go, isBusy, readPageData, sentence, setBusy } from './page.ts';
import { post } from './post.ts';
import { explain } from './problem.ts';
import { say, whileWaiting } from './says.ts';

const { words, urls } = readPageData('consent');
const form = find<HTMLFormElement>('[data-form]');
const area = find('[data-says]');

enableButtons();
watchAbort({ words, url: urls.abort, area });
form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!isBusy(form)) void allow();
});

async function allow(): Promise<void> {
  setBusy(form, true);
  try {
    const moving = { kind: 'waiting', text: sentence(words, 'script.moving') } as const;
    const { location } = await whileWaiting(area, moving, post<{ location: string }>(urls.consent, {}));
    go(location);
  } catch (error) {
    setBusy(form, false);
    say(area, explain(words, error));
  }
}
