import type { ScriptWords } from '../page-data.ts';
import { findAll, go } from './page.ts';
import { post } from './post.ts';
import { explain } from './problem.ts';
import { say } from './says.ts';

/** Leads on without a passkey: most of all "Cancel" leads back to the app, with the answer that the person did not want to. */
export function watchAbort({
  words,
  url,
  area,
  selector = '[data-abort]',
}: {
  words: ScriptWords;
  url: string;
  area: HTMLElement;
  selector?: string;
}): void {
  for (const button of findAll<HTMLButtonElement>(selector))
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        go((await post<{ location: string }>(url, {})).location);
      } catch (error) {
        button.disabled = false;
        say(area, explain(words, error));
      }
    });
}
