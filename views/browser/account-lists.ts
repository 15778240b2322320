import { accountUrls } from '../account-urls.ts';
import type { ScriptWords } from '../page-data.ts';
import { find, findAll, go, sentence } from './page.ts';
import { post } from './post.ts';
import { explain } from './problem.ts';
import { say } from './says.ts';

type Act = 'end-session' | 'end-others' | 'disconnect' | 'verify-email' | 'stop-recovery';

/** What changes more than a list: the page is read again, and says what was done. */
const changesPage: readonly (string | undefined)[] = ['verify-email', 'stop-recovery'] satisfies Act[];

/** Sessions and connected apps: ended where they stand in the list. */
export function watchLists(words: ScriptWords): void {
  for (const button of findAll<HTMLButtonElement>('[data-act]'))
    button.addEventListener('click', () => void act(button, words));
}

async function act(button: HTMLButtonElement, words: ScriptWords): Promise<void> {
  const section = button.closest('section') as HTMLElement;
  const area = find('[data-says]', section);
  button.disabled = true;
  try {
    await request(button);
    if (changesPage.includes(button.dataset.act)) return go(accountUrls.page);
    takeAway(button, section);
    say(area, { kind: 'done', text: sentence(words, 'script.saved') });
    find('h2', section).focus();
  } catch (error) {
    button.disabled = false;
    say(area, explain(words, error));
  }
}

function request(button: HTMLButtonElement): Promise<unknown> {
  const value = button.dataset.value;
  switch (button.dataset.act as Act) {
    case 'end-session':
      return post(accountUrls.endSession, { uid: value });
    case 'end-others':
      return post(accountUrls.endOtherSessions, {});
    case 'verify-email':
      return post(accountUrls.verifyEmail, {});
    case 'stop-recovery':
      return post(accountUrls.stopRecovery, {});
    case 'disconnect':
      return post(accountUrls.disconnectApp, { appId: value });
  }
}

function takeAway(button: HTMLButtonElement, section: HTMLElement): void {
  if (button.dataset.act !== 'end-others') button.closest('li')?.remove();
  else for (const other of findAll('[data-act=end-session]', section)) other.closest('li')?.remove();
  if (!section.querySelector('[data-act=end-session]'))
    section.querySelector('[data-act=end-others]')?.remove();
  const list = find('ul', section);
  if (list.childElementCount > 0) return;
  list.remove();
  section.querySelector('[data-none]')?.removeAttribute('hidden');
}
