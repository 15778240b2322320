import { findMismatch, type Mismatch } from '../mismatch.ts';
import type { Installation, ScriptWords } from '../page-data.ts';
import { find, findAll, sentence } from './page.ts';
import { say } from './says.ts';

/**
 * Tells whether passkeys can work here. Where they cannot, the page says why: at the wrong address which setting is
 * wrong and what to put, in a browser without WebAuthn what to use instead.
 */
export function passkeysCanWork(told: Installation & { words: ScriptWords }): boolean {
  const mismatch = findMismatch(
    { origin: location.origin, hostname: location.hostname, isSecureContext },
    told,
  );
  if (mismatch) showMismatch(mismatch, told);
  else if (typeof PublicKeyCredential === 'function') return true;
  else
    for (const area of findAll('[data-says]'))
      say(area, { kind: 'problem', text: sentence(told.words, 'browser.noWebAuthn') });
  return false;
}

function showMismatch(
  { reason, setting, goTo }: Mismatch,
  { words, issuer, rpId }: Installation & { words: ScriptWords },
): void {
  const notice = find('[data-wrong-place]');
  find('[data-reason]', notice).textContent = sentence(words, reason, {
    here: location.origin,
    issuer,
    rpId,
  });
  if (goTo) {
    find<HTMLAnchorElement>('[data-go-link]', notice).href = goTo + location.pathname + location.search;
    find('[data-go]', notice).hidden = false;
  }
  if (setting) {
    find('[data-setting]', notice).textContent = setting;
    find('[data-remedy]', notice).hidden = false;
  }
  notice.hidden = false;
  find('h2', notice).focus();
}
