import type { RegistrationResponseJSON } from '@simplewebauthn/browser';
import type { ScriptWords } from '../page-data.ts';
import { createPasskey, forgetPasskey, waitingFor } from './ceremony.ts';
import { find, go, sentence, setBusy } from './page.ts';
import { NetworkError, post } from './post.ts';
import { explain } from './problem.ts';
import { say, whileWaiting } from './says.ts';

/** What the making of a passkey needs, on every page that offers it. */
export interface Creation {
  form: HTMLFormElement;
  words: ScriptWords;
  rpId: string;
  /** POST body → { options } */
  optionsUrl: string;
  body: object;
  /** POST { response } → { location } */
  finishUrl: string;
  /** For an error that is about a field. Tells whether it was shown. */
  showProblem?: (error: unknown) => boolean;
}

/** From the options to the next page: every state is said where the form says things. */
export async function makePasskey(creation: Creation): Promise<void> {
  const { form, words } = creation;
  const area = find('[data-says]', form);
  setBusy(form, true);
  try {
    const ceremony = post<{ options: object }>(creation.optionsUrl, creation.body).then(({ options }) =>
      createPasskey(options),
    );
    const response = await whileWaiting(area, waitingFor(form, words, 'script.creating'), ceremony);
    await keepPasskey(creation, response);
  } catch (error) {
    failed(creation, error);
  }
}

async function keepPasskey(creation: Creation, response: RegistrationResponseJSON): Promise<void> {
  const { form, words, rpId, finishUrl } = creation;
  const area = find('[data-says]', form);
  setBusy(form, true);
  say(area, { kind: 'waiting', text: sentence(words, 'script.saving') });
  try {
    const { location } = await post<{ location: string }>(finishUrl, { response });
    say(area, { kind: 'done', text: sentence(words, 'script.moving') });
    go(location);
  } catch (error) {
    if (error instanceof NetworkError) failed(creation, error, () => void keepPasskey(creation, response));
    else {
      forgetPasskey(rpId, response.id);
      failed(creation, error);
    }
  }
}

function failed({ form, words, showProblem }: Creation, error: unknown, retry?: () => void): void {
  setBusy(form, false);
  const area = find('[data-says]', form);
  const said = explain(words, error);
  const button = retry && { label: sentence(words, 'script.tryAgain'), press: retry };
  say(area, button ? { ...said, button } : said);
  if (!showProblem?.(error) && !retry) form.querySelector<HTMLElement>('[data-ceremony]')?.focus();
}
