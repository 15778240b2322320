import type { ScriptWords } from '../page-data.ts';
import { findAll, go } from './page.ts';
import { post } from './post.ts';
import { explain } from './problem.ts';
import { say } from './says.ts';

/** "Cancel" leads back to the app, with the answer that the person did not want to. */
export function watchAbort({
  words,
  url,
  area,
}: {
  words: ScriptWords;
  url: string;
  area: HTMLElement;
}): void {
  for (const button of findAll<HTMLButtonElement>('[data-abort]'))
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
