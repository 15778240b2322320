import { type Html, html } from '../../html.ts';
import { describeDevice } from '../../parts/device.ts';
import { passkeySymbol } from '../../parts/symbols.ts';
import type { ConsoleContext } from '../frame.ts';
import { badge, since } from '../parts/facts.ts';
import { consoleUrls } from '../urls.ts';

/** A passkey in the list of a person. */
export interface PassportData {
  id: string;
  name: string;
  /** Display name of its model or provider. */
  model?: string;
  iconUrl?: string;
  /** BE flag; unknown until an imported one was used. */
  synced?: boolean;
  status: 'active' | 'suspended';
  assurance: 'confirmed' | 'unconfirmed';
  /** Its model was found broken, or there may be a copy of it. */
  modelAlert?: boolean;
  counterAlertAt?: number;
  /** A rule in force refuses it. */
  isDenied?: boolean;
  createdAt: number;
  lastUsedAt?: number;
  lastUsedDevice?: string;
}

export function passports(
  page: ConsoleContext,
  { personId, passkeys }: { personId: string; passkeys: readonly PassportData[] },
): Html {
  const { words } = page;
  return html`<ul class="cards">${passkeys.map(
    (passkey) => html`<li class="item">${passkeyPicture(passkey)}
<div class="item-body"><h3><a href="${consoleUrls.person(personId, 'passkeys', passkey.id)}"><bdi>${passkey.name}</bdi></a></h3>
<p class="badges">${passkeyBadges(page, passkey)}</p>
<p class="item-facts">${passkey.model && passkey.model !== passkey.name && html`<span><bdi>${passkey.model}</bdi></span>`}<span>${placeOf(page, passkey)}</span></p>
<p class="item-facts"><span>${lastUse(page, passkey)}</span></p></div></li>`,
  )}</ul>
<p class="more hint">${words('passport.hint')}</p>`;
}

export function passkeyPicture({ iconUrl }: Pick<PassportData, 'iconUrl'>): Html {
  if (!iconUrl) return html`<div class="item-picture">${passkeySymbol}</div>`;
  return html`<div class="item-picture of-model"><img src="${iconUrl}" alt="" width="36" height="36" decoding="async"></div>`;
}

export function passkeyBadges(
  { words }: ConsoleContext,
  { status, assurance, modelAlert, counterAlertAt, isDenied }: PassportData,
): Html {
  return html`${status === 'suspended' && badge(words('passkey.suspended'), 'caution')} ${
    assurance === 'unconfirmed' && badge(words('passkey.unconfirmed'), 'caution')
  } ${(modelAlert || isDenied) && badge(words('passport.refused'), 'problem')} ${
    counterAlertAt !== undefined && badge(words('passport.copy'), 'problem')
  }`;
}

export function placeOf({ words }: ConsoleContext, { synced }: Pick<PassportData, 'synced'>): string {
  if (synced === undefined) return words('passkey.placeUnknown');
  return words(synced ? 'passport.synced' : 'passport.deviceBound');
}

export function lastUse(page: ConsoleContext, { lastUsedAt, lastUsedDevice }: PassportData): Html | string {
  const { words } = page;
  if (lastUsedAt === undefined) return words('passkey.neverUsed');
  const when = since(page, lastUsedAt, '');
  return lastUsedDevice
    ? words.rich('passkey.usedOn', { when, device: describeDevice(words, lastUsedDevice) })
    : words.rich('passkey.used', { when });
}
