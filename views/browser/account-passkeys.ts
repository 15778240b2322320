import { accountUrls } from '../account-urls.ts';
import type { AccountScript } from '../page-data.ts';
import { usePasskey, waitingFor } from './ceremony.ts';
import { makePasskey } from './creation.ts';
import { checkFields, readFields, showFieldProblem } from './fields.ts';
import { find, findAll, go, isBusy, sentence, setBusy } from './page.ts';
import { post } from './post.ts';
import { explain } from './problem.ts';
import { say, whileWaiting } from './says.ts';

type Purpose = 'add-passkey' | 'rename-passkey' | 'remove-passkey';
type Words = AccountScript['words'];

export function watchPasskeys({ words, rpId }: AccountScript): void {
  for (const form of findAll<HTMLFormElement>('[data-passkey-form]')) {
    const work = {
      add: () => addPasskey(form, words, rpId),
      rename: () => renamePasskey(form, words),
      remove: () => removePasskey(form, words),
    }[form.dataset.passkeyForm as 'add' | 'rename' | 'remove'];
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!isBusy(form)) void attempt(form, words, work);
    });
  }
}

async function attempt(form: HTMLFormElement, words: Words, work: () => Promise<void>): Promise<void> {
  setBusy(form, true);
  try {
    await work();
  } catch (error) {
    if (!showFieldProblem(form, words, error)) say(find('[data-says]', form), explain(words, error));
  } finally {
    setBusy(form, false);
  }
}

/** A fresh assertion for exactly this operation; its proof goes with the request. */
async function confirm(form: HTMLFormElement, words: Words, purpose: Purpose): Promise<string> {
  const area = find('[data-says]', form);
  const ceremony = post<{ options: object }>(accountUrls.confirmOptions, { purpose }).then(({ options }) =>
    usePasskey(options),
  );
  const response = await whileWaiting(area, waitingFor(form, words, 'script.waiting'), ceremony);
  const checking = { kind: 'waiting', text: sentence(words, 'script.checking') } as const;
  const { proof } = await whileWaiting(
    area,
    checking,
    post<{ proof: string }>(accountUrls.confirm, { purpose, response }),
  );
  return proof;
}

async function renamePasskey(form: HTMLFormElement, words: Words): Promise<void> {
  if (!checkFields(form, words)) return;
  const proof = await confirm(form, words, 'rename-passkey');
  const { name } = readFields(form);
  await post(accountUrls.rename, { passkeyId: form.dataset.passkeyId, name, proof });
  go(accountUrls.page);
}

async function removePasskey(form: HTMLFormElement, words: Words): Promise<void> {
  const proof = await confirm(form, words, 'remove-passkey');
  const { location } = await post<{ location: string }>(accountUrls.remove, {
    passkeyId: form.dataset.passkeyId,
    proof,
  });
  go(location);
}

/** First press: a passkey that is there. Second press: the new one, while the proof holds (five minutes). */
async function addPasskey(form: HTMLFormElement, words: Words, rpId: string): Promise<void> {
  const known = form.dataset.proof;
  if (known === undefined) {
    form.dataset.proof = await confirm(form, words, 'add-passkey');
    say(find('[data-says]', form), { kind: 'done', text: sentence(words, 'account.confirmed') });
    showStep(form, 'create');
    return;
  }
  await makePasskey({
    form,
    words,
    rpId,
    optionsUrl: accountUrls.addOptions,
    body: { proof: known },
    finishUrl: accountUrls.add,
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
