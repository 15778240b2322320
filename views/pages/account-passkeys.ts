import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { ceremonyButton, ceremonyMessage, passkeyQuestions } from '../parts/ceremony.ts';
import { describeDevice } from '../parts/device.ts';
import { deviceSymbol, passkeySymbol, syncedSymbol } from '../parts/symbols.ts';
import { moment } from '../parts/time.ts';

export interface PasskeyCard {
  id: string;
  name: string;
  /** Of its provider or model: "iCloud Keychain". */
  model?: string;
  /** Backup eligible (WebAuthn L3 §6.1.3); absent while an imported one was never used. */
  synced?: boolean;
  createdAt: number;
  lastUsedAt?: number;
  /** User-Agent header of the browser that used it last. */
  lastUsedDevice?: string;
  /** This session was signed in with it. */
  inUse: boolean;
  status: 'active' | 'suspended';
  assurance: 'confirmed' | 'unconfirmed';
  /** What ends when it is removed. */
  ends: { sessions: number; apps: number };
}

export function passkeysSection(
  page: PageContext,
  { passkeys, now }: { passkeys: readonly PasskeyCard[]; now: number },
): Html {
  const { words } = page;
  const active = passkeys.filter(({ status }) => status === 'active');
  return html`<section class="panel" aria-labelledby="passkeys">
<div class="panel-head"><h2 id="passkeys">${words('account.passkeys')}</h2>
<button class="button small needs-scripts" type="button" data-opens="add-passkey" disabled>${words('account.addPasskey')}</button></div>
${active.length === 1 && html`<p class="notice caution">${words('account.onlyOne')}</p>`}
<ul class="cards">${passkeys.map((passkey, index) => passkeyCard(page, passkey, { index, now, last: active.length === 1 && passkey.status === 'active' }))}</ul>
</section>`;
}

interface Placement {
  index: number;
  now: number;
  /** The only active one: it stays. */
  last: boolean;
}

function passkeyCard(page: PageContext, passkey: PasskeyCard, { index, now, last }: Placement): Html {
  const { words } = page;
  return html`<li class="item">
<div class="item-picture">${passkeySymbol}</div>
<div class="item-body">
<h3 id="passkey-${index}"><bdi>${passkey.name}</bdi></h3>
<p class="badges">${badges(page, passkey)}</p>
<p class="item-facts">${passkey.model && passkey.model !== passkey.name && html`<span><bdi>${passkey.model}</bdi></span>`}<span>${storagePlace(page, passkey)}</span></p>
<p class="item-facts">${usage(page, passkey, now)}</p>
</div>
<div class="item-actions needs-scripts">
<button class="button small quiet" type="button" data-opens="rename-${index}" aria-describedby="passkey-${index}" disabled>${words('action.rename')}</button>
<button class="button small quiet" type="button" data-opens="remove-${index}" aria-describedby="passkey-${index}" disabled>${words('action.remove')}</button>
</div>
${renameDialog(page, passkey, index)}
${last ? lastDialog(page, index) : removeDialog(page, passkey, index)}
</li>`;
}

function badges({ words }: PageContext, { inUse, status, assurance }: PasskeyCard): Html {
  return html`${inUse && html`<span class="badge">${words('passkey.inUse')}</span>`}
${status === 'suspended' && html`<span class="badge caution">${words('passkey.suspended')}</span>`}
${assurance === 'unconfirmed' && html`<span class="badge caution">${words('passkey.unconfirmed')}</span>`}`;
}

function storagePlace({ words }: PageContext, { synced }: PasskeyCard): Html {
  if (synced === undefined) return html`${words('passkey.placeUnknown')}`;
  return synced
    ? html`${syncedSymbol} ${words('passkey.synced')}`
    : html`${deviceSymbol} ${words('passkey.deviceBound')}`;
}

function usage({ words, locale }: PageContext, passkey: PasskeyCard, now: number): Html {
  const created = words.rich('passkey.created', { when: moment(locale, passkey.createdAt, now) });
  return html`<span>${created}</span><span>${lastUse()}</span>`;

  function lastUse(): Html {
    if (!passkey.lastUsedAt) return html`${words('passkey.neverUsed')}`;
    const when = moment(locale, passkey.lastUsedAt, now);
    return passkey.lastUsedDevice
      ? words.rich('passkey.usedOn', { when, device: describeDevice(words, passkey.lastUsedDevice) })
      : words.rich('passkey.used', { when });
  }
}

interface Dialog {
  id: string;
  heading: Html | string;
  content: Html;
}

function dialog({ id, heading, content }: Dialog): Html {
  return html`<dialog id="${id}" aria-labelledby="${id}-heading" class="dialog"><h2 id="${id}-heading" tabindex="-1">${heading}</h2>${content}</dialog>`;
}

function renameDialog({ words }: PageContext, passkey: PasskeyCard, index: number): Html {
  return dialog({
    id: `rename-${index}`,
    heading: words('rename.heading'),
    content: html`<form class="stack" data-passkey-form="rename" data-passkey-id="${passkey.id}" novalidate>
<div class="field"><label for="rename-${index}-name">${words('rename.name')}</label>
<input id="rename-${index}-name" name="name" value="${passkey.name}" maxlength="60" required autocomplete="off" aria-describedby="rename-${index}-name-problem">
<p class="field-problem" id="rename-${index}-name-problem"></p></div>
<div class="actions"><button class="button primary" type="submit">${words('rename.save')}</button>
<button class="button" type="button" data-closes>${words('action.cancel')}</button></div>${ceremonyMessage(words('confirm.before'))}</form>`,
  });
}

function removeDialog({ words }: PageContext, passkey: PasskeyCard, index: number): Html {
  return dialog({
    id: `remove-${index}`,
    heading: words.rich('remove.heading', { name: html`<bdi>${passkey.name}</bdi>` }),
    content: html`<form class="stack" data-passkey-form="remove" data-passkey-id="${passkey.id}" novalidate>
<p>${words('remove.ends', passkey.ends)}</p>
${passkey.inUse && html`<p class="notice caution">${words('remove.inUse')}</p>`}
<p class="hint">${words('remove.provider')}</p>
<div class="actions"><button class="button danger" type="submit">${words('remove.button')}</button>
<button class="button" type="button" data-closes>${words('action.cancel')}</button></div>${ceremonyMessage(words('confirm.before'))}</form>`,
  });
}

/** The last one cannot be removed, so the dialog says why and what to do first. */
function lastDialog({ words }: PageContext, index: number): Html {
  return dialog({
    id: `remove-${index}`,
    heading: words('remove.lastHeading'),
    content: html`<p>${words('problem.last_passkey')}</p>
<div class="actions"><button class="button primary" type="button" data-opens="add-passkey">${words('account.addPasskey')}</button>
<button class="button" type="button" data-closes>${words('action.cancel')}</button></div>`,
  });
}

/**
 * Two system dialogs follow each other: a passkey that is there, then the new one. Each has a button of its own,
 * because browsers want a press for each, and people an explanation.
 */
export function addPasskeyDialog({ words }: PageContext): Html {
  return dialog({
    id: 'add-passkey',
    heading: words('add.heading'),
    content: html`<form class="stack" data-passkey-form="add" novalidate>
<ol class="steps" data-steps>
<li data-step="confirm" aria-current="step">${words('add.confirm')}</li>
<li data-step="create">${words('add.create')}</li>
</ol>
<div class="actions"><button class="button primary" type="submit" data-for-step="confirm">${passkeySymbol}<span>${words('add.confirmButton')}</span></button>
<span data-for-step="create" hidden>${ceremonyButton(words('enrol.button'), 'submit')}</span>
<button class="button" type="button" data-closes>${words('action.cancel')}</button></div>
${ceremonyMessage(words('confirm.before'))}</form>
${passkeyQuestions(words)}`,
  });
}
