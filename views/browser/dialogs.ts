import { stopCeremony } from './ceremony.ts';
import { find, findAll } from './page.ts';

/** Buttons that open and close dialogs. The browser keeps focus inside, takes Escape, and gives focus back. */
export function watchDialogs(): void {
  for (const button of findAll('[data-opens]'))
    button.addEventListener('click', () => {
      button.closest('dialog')?.close();
      find<HTMLDialogElement>(`#${CSS.escape(button.dataset.opens ?? '')}`).showModal();
    });
  for (const button of findAll('[data-closes]'))
    button.addEventListener('click', () => button.closest('dialog')?.close());
  for (const dialog of findAll<HTMLDialogElement>('dialog')) dialog.addEventListener('close', stopCeremony);
}
