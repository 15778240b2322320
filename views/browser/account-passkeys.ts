import { accountUrls } from '../account-urls.ts';
import type { AccountScript } from '../page-data.ts';
import { addPasskey, confirm } from './add-passkey.ts';
import { checkFields, readFields, showFieldProblem } from './fields.ts';
import { find, findAll, go, isBusy, setBusy } from './page.ts';
import { post } from './post.ts';
import { explain } from './problem.ts';
import { say } from './says.ts';

type Words = AccountScript['words'];

export function watchPasskeys({ words, rpId }: AccountScript): void {
  for (const form of findAll<HTMLFormElement>('[data-passkey-form]')) {
    const work = {
      add: () => addPasskey({ form, words, urls: accountUrls }, rpId),
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

async function renamePasskey(form: HTMLFormElement, words: Words): Promise<void> {
  if (!checkFields(form, words)) return;
  const proof = await confirm({ form, words, urls: accountUrls }, 'rename-passkey');
  const { name } = readFields(form);
  await post(accountUrls.rename, { passkeyId: form.dataset.passkeyId, name, proof });
  go(accountUrls.page);
}

async function removePasskey(form: HTMLFormElement, words: Words): Promise<void> {
  const proof = await confirm({ form, words, urls: accountUrls }, 'remove-passkey');
  const { location } = await post<{ location: string }>(accountUrls.remove, {
    passkeyId: form.dataset.passkeyId,
    proof,
  });
  go(location);
}
