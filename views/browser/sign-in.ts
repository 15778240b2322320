import { type AuthenticationResponseJSON, browserSupportsWebAuthnAutofill } from '@simplewebauthn/browser';
import { watchAbort } from './abort.ts';
import { autofillPasskey, stopCeremony, usePasskey, waitingFor } from './ceremony.ts';
import { enableButtons, find, go, isBusy, readPageData, sentence, setBusy } from './page.ts';
import { NetworkError, post } from './post.ts';
import { browserErrorName, explain } from './problem.ts';
import { say, whileWaiting } from './says.ts';
import { passkeysCanWork } from './surroundings.ts';

const data = readPageData('sign-in');
const { words, urls } = data;
const form = find<HTMLFormElement>('[data-form]');
const area = find('[data-says]');

/** One challenge at a time: taken by autofill or by the button, and answered once. */
let options: { json: object; since: number } | undefined = { json: data.options, since: Date.now() };
/** Settles when the autofill that waits now has ended. */
let autofill: Promise<void> = Promise.resolve();

/** Challenges are renewed well before the server forgets them. */
const renewAfter = data.challengeSeconds * 800;

enableButtons();
watchAbort({ words, url: urls.abort, area });
if (passkeysCanWork(data)) start();

function start(): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isBusy(form)) void signIn();
  });
  void startAutofill();
  setInterval(() => void renewAutofill(), 15_000);
  document.addEventListener('visibilitychange', () => void renewAutofill());
}

async function takeOptions(): Promise<object> {
  if (!options || Date.now() - options.since > renewAfter) {
    const answer = await post<{ options: object }>(urls.options, {});
    options = { json: answer.options, since: Date.now() };
  }
  return options.json;
}

async function signIn(): Promise<void> {
  setBusy(form, true);
  try {
    stopCeremony();
    await autofill;
    const ceremony = takeOptions().then(usePasskey);
    await finish(await whileWaiting(area, waitingFor(form, words, 'script.waiting'), ceremony));
  } catch (error) {
    failed(error);
  }
}

async function finish(response: AuthenticationResponseJSON): Promise<void> {
  setBusy(form, true);
  const remember = form.querySelector<HTMLInputElement>('[name=remember]')?.checked ?? false;
  try {
    const checking = { kind: 'waiting', text: sentence(words, 'script.checking') } as const;
    const { location } = await whileWaiting(
      area,
      checking,
      post<{ location: string }>(urls.login, { response, remember }),
    );
    say(area, { kind: 'done', text: sentence(words, 'script.signedIn') });
    go(location);
  } catch (error) {
    failed(error, error instanceof NetworkError ? () => void finish(response) : undefined);
  }
}

/** Says what happened, and makes ready for the next try. */
function failed(error: unknown, retry?: () => void): void {
  setBusy(form, false);
  const said = explain(words, error);
  const button = retry && { label: sentence(words, 'script.tryAgain'), press: retry };
  say(area, button ? { ...said, button } : said);
  if (retry) return;
  find('[data-ceremony]').focus();
  options = undefined;
  if (!(error instanceof NetworkError)) void startAutofill();
}

async function startAutofill(): Promise<void> {
  if (!(await browserSupportsWebAuthnAutofill())) {
    find('[data-autofill]').hidden = true;
    return;
  }
  try {
    const json = await takeOptions();
    if (!isBusy(form)) autofill = offer(json);
  } catch {
    // The button asks again, and says what is wrong. Without options nothing is renewed until then.
    options = undefined;
  }
}

async function offer(json: object): Promise<void> {
  try {
    const response = await autofillPasskey(json);
    void finish(response);
  } catch (error) {
    if (browserErrorName(error) !== 'AbortError') options = undefined;
  }
}

async function renewAutofill(): Promise<void> {
  const stale = options && Date.now() - options.since > renewAfter;
  if (!stale || isBusy(form) || document.hidden) return;
  stopCeremony();
  await autofill;
  await startAutofill();
}
