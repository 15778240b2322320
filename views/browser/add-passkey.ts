import type { ScriptWords } from '../page-data.ts';
import { usePasskey, waitingFor } from './ceremony.ts';
import { makePasskey } from './creation.ts';
import { find, findAll, sentence } from './page.ts';
import { post } from './post.ts';
import { say, whileWaiting } from './says.ts';

type Purpose = 'add-passkey' | 'rename-passkey' | 'remove-passkey';

export interface ConfirmUrls {
  /** POST { purpose } → { options } */
  confirmOptions: string;
  /** POST { purpose, response } → { proof } */
  confirm: string;
}

export interface AddUrls extends ConfirmUrls {
  /** POST { proof } → { options } */
  addOptions: string;
  /** POST { response } → { location } */
  add: string;
}

export interface PasskeyForm<Urls> {
  form: HTMLFormElement;
  words: ScriptWords;
  urls: Urls;
}

/** A fresh assertion for exactly this operation; its proof goes with the request. */
export async function confirm(
  { form, words, urls }: PasskeyForm<ConfirmUrls>,
  purpose: Purpose,
): Promise<string> {
  const area = find('[data-says]', form);
  const ceremony = post<{ options: object }>(urls.confirmOptions, { purpose }).then(({ options }) =>
    usePasskey(options),
  );
  const response = await whileWaiting(area, waitingFor(form, words, 'script.waiting'), ceremony);
  const checking = { kind: 'waiting', text: sentence(words, 'script.checking') } as const;
  const { proof } = await whileWaiting(
    area,
    checking,
    post<{ proof: string }>(urls.confirm, { purpose, response }),
  );
  return proof;
}

/** First press: a passkey that is there. Second press: the new one, while the proof holds (five minutes). */
export async function addPasskey(adding: PasskeyForm<AddUrls>, rpId: string): Promise<void> {
  const { form, words, urls } = adding;
  const known = form.dataset.proof;
  if (known === undefined) {
    form.dataset.proof = await confirm(adding, 'add-passkey');
    say(find('[data-says]', form), { kind: 'done', text: sentence(words, 'account.confirmed') });
    showStep(form, 'create');
    return;
  }
  await makePasskey({
    form,
    words,
    rpId,
    optionsUrl: urls.addOptions,
    body: { proof: known },
    finishUrl: urls.add,
    showProblem: (error) => startOver(form, error),
  });
}

/** The proof may be too old by now: the first step comes again. */
function startOver(form: HTMLFormElement, error: unknown): boolean {
  if ((error as { code?: string }).code !== 'confirmation_required') return false;
  delete form.dataset.proof;
  showStep(form, 'confirm');
  return true;
}

function showStep(form: HTMLFormElement, step: 'confirm' | 'create'): void {
  for (const item of findAll('[data-step]', form)) {
    if (item.dataset.step === step) item.setAttribute('aria-current', 'step');
    else item.removeAttribute('aria-current');
    item.toggleAttribute('data-done', step === 'create' && item.dataset.step === 'confirm');
  }
  for (const part of findAll('[data-for-step]', form)) {
    part.hidden = part.dataset.forStep !== step;
    if (!part.hidden) (part.matches('button') ? part : find('button', part)).focus();
  }
}
