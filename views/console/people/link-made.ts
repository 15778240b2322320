import { type Html, html } from '../../html.ts';
import { type ConsoleContext, consolePage } from '../frame.ts';
import { copyField, exactTime } from '../parts/facts.ts';
import { qrCode } from '../parts/qr-code.ts';
import { consoleUrls } from '../urls.ts';

export interface LinkMadeData {
  person: { id: string; name: string };
  purpose: 'invitation' | 'recovery';
  /** Absent where it went to the person alone. */
  url?: string;
  expiresAt: number;
  /** What came of sending it. */
  mail:
    | { state: 'sent'; to: string }
    | { state: 'failed'; to: string }
    | { state: 'off' }
    | { state: 'no-address' };
  /** A second administrator has to approve it before it works. */
  awaitsApproval?: boolean;
}

/** Shown once: the link is kept nowhere as it is. */
export function linkMadePage(page: ConsoleContext, data: LinkMadeData): Html {
  const { words } = page;
  const { person, url, purpose } = data;
  return consolePage(page, {
    section: 'people',
    crumbs: [{ label: person.name, url: consoleUrls.person(person.id) }],
    heading: words(purpose === 'invitation' ? 'link.invited' : 'link.recovery'),
    width: 'reading',
    notice: mailNotice(page, data),
    content: html`<section class="panel" aria-labelledby="heading">
${data.awaitsApproval && html`<p class="notice caution">${words('link.awaitsApproval')}</p>`}
<p>${words.rich('link.text', { name: html`<strong><bdi>${person.name}</bdi></strong>`, until: exactTime(page, data.expiresAt) })}</p>
${
  url &&
  html`${copyField(page, { id: 'link', label: words('link.label'), value: url })}
<p class="hint">${words('link.once')}</p>
<figure class="qr">${qrCode(url, words('link.qr'))}<figcaption>${words('link.qrHint')}</figcaption></figure>`
}
<div class="actions"><a class="button primary" href="${consoleUrls.person(person.id)}"><span>${words.rich('link.toPerson', { name: html`<bdi>${person.name}</bdi>` })}</span></a><a class="button" href="${consoleUrls.newPerson}">${words('link.another')}</a></div></section>`,
  });
}

function mailNotice({ words }: ConsoleContext, { mail }: LinkMadeData) {
  if (mail.state === 'sent') return { kind: 'success' as const, text: words('link.sent', { to: mail.to }) };
  if (mail.state === 'failed')
    return { kind: 'caution' as const, text: words('link.notSent', { to: mail.to }) };
  return { kind: 'caution' as const, text: words(mail.state === 'off' ? 'link.mailOff' : 'link.noAddress') };
}
