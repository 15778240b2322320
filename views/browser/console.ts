/** What scripts add to the console: everything works without. */
import { watchWhatChanges } from './console-changes.ts';
import { watchLiveEvents } from './console-live.ts';
import { enableButtons, find, findAll, readPageData } from './page.ts';

const data = readPageData('console');

enableButtons();
watchCopying();
watchSearchKey();
watchForms();
watchWhatChanges();
if (data.live) watchLiveEvents(data.live);
document.querySelector<HTMLElement>('[data-notice]')?.focus({ preventScroll: true });

function watchCopying(): void {
  for (const button of findAll<HTMLButtonElement>('[data-copies]'))
    button.addEventListener('click', () => void copy(button));
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const source = find(`#${CSS.escape(button.dataset.copies ?? '')}`);
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
    button.textContent = data.copied;
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  } catch {
    // Not allowed here: marked, so that the keyboard can take it.
    getSelection()?.selectAllChildren(source);
  }
}

/** `/` goes to the search, as in many tools; not where something is typed. */
function watchSearchKey(): void {
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.target as HTMLElement).closest('input, textarea, select, [contenteditable]')) return;
    const search = document.querySelector<HTMLInputElement>('[data-search]');
    if (!search) return;
    event.preventDefault();
    search.select();
  });
}

/** A second press while the first is on its way does nothing. */
function watchForms(): void {
  for (const form of findAll<HTMLFormElement>('[data-once]'))
    form.addEventListener('submit', (event) => {
      if (form.getAttribute('aria-busy') === 'true') event.preventDefault();
      form.setAttribute('aria-busy', 'true');
      // Where the answer is a file, the page stays.
      setTimeout(() => form.removeAttribute('aria-busy'), 5000);
    });
}
