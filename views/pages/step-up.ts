import { type Html, html } from '../html.ts';
import { type PageContext, renderPage } from '../page.ts';
import type { Installation, StepUpScript } from '../page-data.ts';
import { addPasskeyForm } from '../parts/add-passkey.ts';
import { type AppFace, appPicture } from '../parts/app-face.ts';
import { ceremonyButton, ceremonyMessage, wrongPlace } from '../parts/ceremony.ts';
import { deviceSymbol, passkeySymbol, syncedSymbol } from '../parts/symbols.ts';
import { wordsForScript } from '../script-words.ts';
import type { MessageKey } from '../words.ts';

/** One of the person's passkeys. */
export interface StepUpPasskey {
  name: string;
  /** Of its provider or model: "iCloud Keychain". */
  model?: string;
  /** The picture of its model. */
  iconUrl?: string;
  /** Absent while an imported one was never used. */
  synced?: boolean;
  wouldDo: boolean;
}

export interface StepUpData {
  /** Who asks; absent where a person signs in to their own account. */
  app?: AppFace;
  /** The app asked for more, or a rule of the installation does. */
  reason: 'acr' | 'policy';
  /** The active ones, oldest first. */
  passkeys: readonly StepUpPasskey[];
  /** Where a new one is best made (WebAuthn L3 §5.8.7). */
  hints: readonly ('security-key' | 'client-device' | 'hybrid')[];
  /** A passkey that is made now may be enough. */
  canRegister: boolean;
  /** One was made just now, and is not. */
  justSaved?: boolean;
  /** PublicKeyCredentialRequestOptionsJSON for those that would do; absent where none does. */
  options?: object;
  installation: Omit<Installation, 'issuer'>;
  /** Each but `skip` takes a POST; `skip` only where the person may go on without. */
  urls: StepUpScript['urls'];
}

export function stepUpPage(page: PageContext, data: StepUpData): Html {
  const { words } = page;
  const { app, options, urls, installation } = data;
  const name = app?.name ?? page.brand.name;
  return renderPage(page, {
    heading: words('stepUp.heading'),
    banner: app && appPicture(app),
    lead: words.rich(data.reason === 'acr' ? 'stepUp.leadApp' : 'stepUp.leadRule', {
      app: html`<strong><bdi>${name}</bdi></strong>`,
    }),
    script: 'step-up.js',
    data: {
      kind: 'step-up',
      issuer: page.issuer,
      ...installation,
      ...(options && { options }),
      urls,
      words: wordsForScript(words, 'step-up'),
    },
    content: html`${wrongPlace(words)}
${data.justSaved && html`<p class="notice caution" role="status">${words('stepUp.notEnough')}</p>`}
<section aria-labelledby="passkeys"><h2 id="passkeys">${words('stepUp.yours')}</h2>
<ul class="cards">${bestFirst(data.passkeys).map((passkey) => passkeyItem(page, passkey))}</ul>
${options ? useForm(page, data) : html`<p>${words('stepUp.none', { count: data.passkeys.length })}</p>`}</section>
${data.canRegister && registerSection(page, data)}
${waysOut(page, data, name)}`,
  });
}

const bestFirst = (passkeys: readonly StepUpPasskey[]) =>
  passkeys.toSorted((a, b) => Number(b.wouldDo) - Number(a.wouldDo));

function passkeyItem({ words }: PageContext, passkey: StepUpPasskey): Html {
  const { name, model, synced, wouldDo } = passkey;
  const badge = wouldDo
    ? html`<span class="badge">${words('stepUp.wouldDo')}</span>`
    : html`<span class="badge caution">${words('stepUp.wouldNotDo')}</span>`;
  return html`<li class="item">
${picture(passkey)}
<div class="item-body">
<h3><bdi>${name}</bdi></h3>
<p class="badges">${badge}</p>
<p class="item-facts">${model && model !== name && html`<span><bdi>${model}</bdi></span>`}${place()}</p>
</div>
</li>`;

  function place(): Html | undefined {
    if (synced === undefined) return undefined;
    return synced
      ? html`<span>${syncedSymbol} ${words('passkey.synced')}</span>`
      : html`<span>${deviceSymbol} ${words('passkey.deviceBound')}</span>`;
  }
}

/** The name stands beside it. */
function picture({ iconUrl }: StepUpPasskey): Html {
  if (!iconUrl) return html`<div class="item-picture">${passkeySymbol}</div>`;
  return html`<div class="item-picture of-model"><img src="${iconUrl}" alt="" width="36" height="36" decoding="async"></div>`;
}

function useForm({ words }: PageContext, { passkeys }: StepUpData): Html {
  const enough = passkeys.filter(({ wouldDo }) => wouldDo);
  const which = { count: enough.length, name: enough[0]?.name ?? '' };
  return html`<form class="stack needs-scripts" data-form novalidate>
${ceremonyButton(words('stepUp.use', which), 'submit')}
${ceremonyMessage(words('signIn.before'))}
</form>`;
}

/** Where the browser will look first, in words. */
const placeWords: Record<StepUpData['hints'][number], MessageKey> = {
  'security-key': 'stepUp.onSecurityKey',
  'client-device': 'stepUp.onThisDevice',
  hybrid: 'stepUp.onPhone',
};

/** Folded away where one of theirs would do: that is the shorter way. */
function registerSection(page: PageContext, { hints, options }: StepUpData): Html {
  const { words, locale } = page;
  const places = hints.map((hint) => words(placeWords[hint]));
  const create = words('stepUp.create', {
    places: new Intl.ListFormat(locale, { type: 'disjunction' }).format(
      places.length > 0 ? places : [words('stepUp.anywhere')],
    ),
  });
  const form = html`<div class="needs-scripts">${addPasskeyForm(page, { create })}</div>`;
  return options
    ? html`<details class="after"><summary>${words('stepUp.register')}</summary>${form}</details>`
    : html`<section aria-labelledby="register"><h2 id="register">${words('stepUp.register')}</h2>${form}</section>`;
}

function waysOut({ words }: PageContext, { urls }: StepUpData, app: string): Html {
  return html`<div class="ways-out needs-scripts">
${urls.skip && html`<button class="button quiet" type="button" data-skip disabled>${words('stepUp.skip')}</button>`}
<button class="button quiet" type="button" data-abort disabled>${words('stepUp.back', { app })}</button>
<div class="says" data-says data-ways-out role="status" aria-live="polite"></div>
</div>`;
}
