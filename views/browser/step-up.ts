import type { AuthenticationResponseJSON } from '@simplewebauthn/browser';
import { watchAbort } from './abort.ts';
import { addPasskey } from './add-passkey.ts';
import { usePasskey, waitingFor } from './ceremony.ts';
import { enableButtons, find, findAll, go, isBusy, readPageData, sentence, setBusy } from './page.ts';
import { NetworkError, post } from './post.ts';
import { explain } from './problem.ts';
import { say, whileWaiting } from './says.ts';
import { passkeysCanWork } from './surroundings.ts';

const data = readPageData('step-up');
const { words, urls, rpId } = data;
/** The first challenge came with the page; it is answered once. */
let options: object | undefined = data.options;

enableButtons();
const area = find('[data-ways-out]');
watchAbort({ words, url: urls.abort, area });
if (urls.skip) watchAbort({ words, url: urls.skip, area, selector: '[data-skip]' });
if (passkeysCanWork(data)) {
  for (const form of findAll<HTMLFormElement>('[data-form]')) watch(form, () => step(form));
  for (const form of findAll<HTMLFormElement>('[data-passkey-form]'))
    watch(form, () => addPasskey({ form, words, urls }, rpId));
}

function watch(form: HTMLFormElement, work: () => Promise<void>): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isBusy(form)) void attempt(form, work);
  });
}

async function attempt(form: HTMLFormElement, work: () => Promise<void>): Promise<void> {
  setBusy(form, true);
  try {
    await work();
  } catch (error) {
    say(find('[data-says]', form), explain(words, error));
  } finally {
    setBusy(form, false);
  }
}

async function step(form: HTMLFormElement): Promise<void> {
  const ceremony = takeOptions().then(usePasskey);
  const waiting = waitingFor(form, words, 'script.waiting');
  await finish(form, await whileWaiting(find('[data-says]', form), waiting, ceremony));
}

async function takeOptions(): Promise<object> {
  const first = options;
  options = undefined;
  return first ?? (await post<{ options: object }>(urls.options, {})).options;
}

async function finish(form: HTMLFormElement, response: AuthenticationResponseJSON): Promise<void> {
  const says = find('[data-says]', form);
  const checking = { kind: 'waiting', text: sentence(words, 'script.checking') } as const;
  try {
    const { location } = await whileWaiting(
      says,
      checking,
      post<{ location: string }>(urls.login, { response }),
    );
    say(says, { kind: 'done', text: sentence(words, 'script.moving') });
    go(location);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const press = () => void attempt(form, () => finish(form, response));
    say(says, { ...explain(words, error), button: { label: sentence(words, 'script.tryAgain'), press } });
  }
}
