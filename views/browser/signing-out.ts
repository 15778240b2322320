import { find } from './page.ts';

/** Apps in the frames are waited for no longer than this: one that is slow or down holds nobody up. */
const patience = 3_000;

function goOn(): void {
  clearTimeout(waiting);
  removeEventListener('load', goOn);
  location.replace(find<HTMLAnchorElement>('#go-on').href);
}

const waiting = setTimeout(goOn, patience);
// Comes once every frame has loaded, or failed to.
addEventListener('load', goOn);
