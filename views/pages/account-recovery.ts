import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { contact } from '../parts/contact.ts';
import { moment } from '../parts/time.ts';

export interface RecoveryNews {
  /** Somebody asked that the person be let in anew, and it is not over. */
  begunAt?: number;
  /** A recovery link was used, lately. */
  usedAt?: number;
}

/** What was done in the person's name, and how to stop it. */
export function recoverySection(
  { words, locale, brand }: PageContext,
  { recovery = {}, now }: { recovery?: RecoveryNews | undefined; now: number },
): Html | undefined {
  const { begunAt, usedAt } = recovery;
  const support =
    brand.supportContact &&
    html`<p>${words.rich('page.support', { contact: contact(brand.supportContact) })}</p>`;
  if (begunAt !== undefined)
    return html`<section class="panel" aria-labelledby="recovery">
<h2 id="recovery" tabindex="-1">${words('account.recoveryBegun')}</h2>
<p>${words.rich('account.recoveryBegunLead', { when: moment(locale, begunAt, now) })}</p>
<div class="actions"><button class="button primary needs-scripts" type="button" data-act="stop-recovery" disabled>${words('account.recoveryStop')}</button></div>
<div class="says" data-says role="status" aria-live="polite"></div>
</section>`;
  if (usedAt === undefined) return undefined;
  return html`<div class="notice caution"><p>${words.rich('account.recoveryUsed', { when: moment(locale, usedAt, now) })}</p>${support}</div>`;
}
