import { accountUrls } from '../account-urls.ts';
import type { ScriptWords } from '../page-data.ts';
import { checkFields, readFields, showFieldProblem } from './fields.ts';
import { find, go, isBusy, sentence, setBusy } from './page.ts';
import { post } from './post.ts';
import { explain } from './problem.ts';
import { say } from './says.ts';

export function watchProfile(words: ScriptWords): void {
  const form = find<HTMLFormElement>('[data-profile]');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!isBusy(form) && checkFields(form, words)) void save(form, words);
  });
}

async function save(form: HTMLFormElement, words: ScriptWords): Promise<void> {
  const area = find('[data-says]', form);
  setBusy(form, true);
  try {
    const { locale, ...profile } = readFields(form);
    await post(accountUrls.profile, profile);
    find('[data-person]').textContent = profile.name ?? '';
    if (locale === document.documentElement.lang)
      say(area, { kind: 'done', text: sentence(words, 'script.saved') });
    else {
      await post(accountUrls.language, { locale });
      go(accountUrls.page);
    }
  } catch (error) {
    if (!showFieldProblem(form, words, error)) say(area, explain(words, error));
  } finally {
    setBusy(form, false);
  }
}
