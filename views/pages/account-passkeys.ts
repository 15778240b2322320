import { type Html, html } from '../html.ts';
import type { PageContext } from '../page.ts';
import { addPasskeyForm } from '../parts/add-passkey.ts';
import { ceremonyMessage, passkeyQuestions } from '../parts/ceremony.ts';
import { describeDevice } from '../parts/device.ts';
import { deviceSymbol, passkeySymbol, syncedSymbol } from '../parts/symbols.ts';
import { moment } from '../parts/time.ts';

export interface PasskeyCard {
  id: string;
  name: string;
  /** Of its provider or model: "iCloud Keychain". */
  model?: string;
  /** The picture of its model. */
  iconUrl?: string;
  /** Backup eligible (WebAuthn L3 §6.1.3); absent while an imported one was never used. */
  synced?: boolean;
  /** Where it was once backed up and once not: what holds now, and since when. */
  backup?: { isOn: boolean; since: number };
  /** When it was refused because there may be a copy of it. */
  counterAlertAt?: number;
  /** Its model was found broken: when that was seen, and whether it still signs in. */
  modelAlert?: { at: number; isBlocked: boolean };
  /** The organization does not allow it any more. */
  isDenied?: boolean;
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
  {
    passkeys,
    leastPasskeys = 1,
    now,
  }: { passkeys: readonly PasskeyCard[]; leastPasskeys?: number; now: number },
): Html {
  const { words } = page;
  const working = passkeys.filter(
    ({ status, modelAlert: alert, isDenied }) => status === 'active' && !alert?.isBlocked && !isDenied,
  );
  return html`<section class="panel" aria-labelledby="passkeys">
<div class="panel-head"><h2 id="passkeys">${words('account.passkeys')}</h2>
<button class="button small needs-scripts" type="button" data-opens="add-passkey" disabled>${words('account.addPasskey')}</button></div>
${tooFew(page, working.length, leastPasskeys)}
<ul class="cards">${passkeys.map((passkey, index) => passkeyCard(page, passkey, { index, now, last: working.length === 1 && working[0] === passkey }))}</ul>
</section>`;
}

/** What the organization asks for comes first; of one alone everybody is warned. */
function tooFew({ words }: PageContext, count: number, least: number): Html | undefined {
  if (count < least)
    return html`<p class="notice caution">${words('account.fewPasskeys', { count, least })}</p>`;
  return count === 1 ? html`<p class="notice caution">${words('account.onlyOne')}</p>` : undefined;
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
${picture(passkey)}
<div class="item-body">
<h3 id="passkey-${index}"><bdi>${passkey.name}</bdi></h3>
<p class="badges">${badges(page, passkey)}</p>
<p class="item-facts">${passkey.model && passkey.model !== passkey.name && html`<span><bdi>${passkey.model}</bdi></span>`}<span>${storagePlace(page, passkey)}</span></p>
<p class="item-facts">${usage(page, passkey, now)}</p>
${passkey.isDenied && html`<p class="notice caution">${words('passkey.notAllowed')}</p>`}
${counterAlert(page, passkey, now)}
${modelAlert(page, passkey, now)}
</div>
<div class="item-actions needs-scripts">
<button class="button small quiet" type="button" data-opens="rename-${index}" aria-describedby="passkey-${index}" disabled>${words('action.rename')}</button>
<button class="button small quiet" type="button" data-opens="remove-${index}" aria-describedby="passkey-${index}" disabled>${words('action.remove')}</button>
</div>
${renameDialog(page, passkey, index)}
${last ? lastDialog(page, index) : removeDialog(page, passkey, index)}
</li>`;
}

/** The name stands beside it. */
function picture({ iconUrl }: PasskeyCard): Html {
  if (!iconUrl) return html`<div class="item-picture">${passkeySymbol}</div>`;
  return html`<div class="item-picture of-model"><img src="${iconUrl}" alt="" width="36" height="36" decoding="async"></div>`;
}

function badges(
  { words }: PageContext,
  { inUse, status, assurance, isDenied, modelAlert: alert }: PasskeyCard,
): Html {
  return html`${inUse && html`<span class="badge">${words('passkey.inUse')}</span>`}
${(isDenied || alert?.isBlocked) && html`<span class="badge caution">${words('passkey.refused')}</span>`}
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
  return html`<span>${created}</span><span>${lastUse()}</span>${backupChange()}`;

  function backupChange(): Html | false {
    if (!passkey.backup) return false;
    const { isOn, since } = passkey.backup;
    const when = moment(locale, since, now);
    return html`<span>${words.rich(isOn ? 'passkey.backedUp' : 'passkey.backupEnded', { when })}</span>`;
  }

  function lastUse(): Html {
    if (!passkey.lastUsedAt) return html`${words('passkey.neverUsed')}`;
    const when = moment(locale, passkey.lastUsedAt, now);
    return passkey.lastUsedDevice
      ? words.rich('passkey.usedOn', { when, device: describeDevice(words, passkey.lastUsedDevice) })
      : words.rich('passkey.used', { when });
  }
}

function modelAlert(
  { words, locale }: PageContext,
  { modelAlert: alert }: PasskeyCard,
  now: number,
): Html | false {
  if (!alert) return false;
  const when = moment(locale, alert.at, now);
  return html`<p class="notice caution">${words.rich(alert.isBlocked ? 'passkey.modelBlocked' : 'passkey.modelDoubted', { when })}</p>`;
}

function counterAlert(
  { words, locale }: PageContext,
  { counterAlertAt }: PasskeyCard,
  now: number,
): Html | false {
  if (counterAlertAt === undefined) return false;
  const when = moment(locale, counterAlertAt, now);
  return html`<p class="notice caution">${words.rich('passkey.counterAlert', { when })}</p>`;
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

export function addPasskeyDialog(page: PageContext): Html {
  const { words } = page;
  const wayOut = html`<button class="button" type="button" data-closes>${words('action.cancel')}</button>`;
  return dialog({
    id: 'add-passkey',
    heading: words('add.heading'),
    content: html`${addPasskeyForm(page, { create: words('add.create'), wayOut })}
${passkeyQuestions(words)}`,
  });
}
