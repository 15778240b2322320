import { accountSamples, app, at, items, person } from './gallery-account.ts';
import { apiReferenceSample } from './gallery-api-reference.ts';
import { deviceSamples } from './gallery-devices.ts';
import type { Html } from './html.ts';
import type { PageContext } from './page.ts';
import { consentPage } from './pages/consent.ts';
import { errorPage } from './pages/error.ts';
import { fewPasskeysPage } from './pages/few-passkeys.ts';
import { homePage } from './pages/home.ts';
import { invitationPage } from './pages/invitation.ts';
import { lostPasskeyPage } from './pages/lost-passkey.ts';
import { recoveryPage } from './pages/recovery.ts';
import { setupLinkPage, setupPage } from './pages/setup.ts';
import { signInPage } from './pages/sign-in.ts';
import { signedOutPage, signingOutPage, signOutPage } from './pages/sign-out.ts';
import { signUpPage } from './pages/sign-up.ts';
import { type StepUpData, stepUpPage } from './pages/step-up.ts';

/** Every page with invented data, for the gallery and its check. */
export type Sample = (page: PageContext) => Html;

const enrolUrls = { options: '/answer/options', finish: '/answer/finish', abort: '/answer/abort' };
const challenge = 'c2FtcGxlLWNoYWxsZW5nZS1mb3ItdGhlLWdhbGxlcnk';

const signIn = {
  options: { challenge, rpId: 'localhost', userVerification: 'required', timeout: 300_000 },
  urls: {
    options: '/answer/options',
    login: '/answer/finish',
    abort: '/answer/abort',
    signUp: '/sign-up',
    lostPasskey: '/lost-passkey',
  },
  keepSignedInDays: 14,
};

const stepUp: Omit<StepUpData, 'installation'> = {
  app,
  reason: 'acr',
  passkeys: [
    { name: 'iCloud Keychain', model: 'iCloud Keychain', synced: true, wouldDo: false },
    { name: 'Key in the drawer', model: 'YubiKey 5 Series', synced: false, wouldDo: true },
  ],
  hints: ['security-key', 'client-device'],
  canRegister: true,
  options: signIn.options,
  urls: {
    options: '/answer/options',
    login: '/answer/finish',
    confirmOptions: '/answer/options',
    confirm: '/answer/confirm',
    addOptions: '/answer/options',
    add: '/answer/finish',
    abort: '/answer/abort',
  },
};
const { options: _, ...nothingDoes } = stepUp;

const fewPasskeys = {
  app,
  count: 1,
  least: 2,
  urls: { later: '/answer/finish', abort: '/answer/abort', account: '/account' },
};

export const samples: Readonly<Record<string, Sample>> = {
  home: (page) => homePage(page, { hasAdministrator: true, accountUrl: '/account' }),
  'setup-link': (page) => setupLinkPage(page),
  setup: (page) => setupPage(page, { ...at(page), urls: enrolUrls }),
  'step-up': (page) =>
    stepUpPage(page, { ...stepUp, ...at(page), urls: { ...stepUp.urls, skip: '/answer/abort' } }),
  'step-up-register': (page) =>
    stepUpPage(page, {
      ...nothingDoes,
      ...at(page),
      reason: 'policy',
      justSaved: true,
      passkeys: stepUp.passkeys.map((passkey) => ({ ...passkey, wouldDo: false })),
    }),
  'sign-in': (page) => signInPage(page, { ...signIn, ...at(page), app }),
  'sign-in-account': (page) => {
    const { signUp: _, ...urls } = signIn.urls;
    return signInPage(page, { ...signIn, ...at(page), urls, keepSignedInDays: 0 });
  },
  'sign-up': (page) => signUpPage(page, { app, ...at(page), urls: { ...enrolUrls, signIn: '/sign-in' } }),
  invitation: (page) => invitationPage(page, { person, ...at(page), urls: enrolUrls }),
  recovery: (page) => recoveryPage(page, { person, purpose: 'recovery', ...at(page), urls: enrolUrls }),
  'recovery-additional': (page) =>
    recoveryPage(page, { person, purpose: 'additional', ...at(page), urls: enrolUrls }),
  'lost-passkey': (page) => lostPasskeyPage(page, { backUrl: '/sign-in' }),
  consent: (page) =>
    consentPage(page, { app, person, items, urls: { consent: '/answer/finish', abort: '/answer/abort' } }),
  ...deviceSamples,
  'few-passkeys': (page) => fewPasskeysPage(page, fewPasskeys),
  'few-passkeys-doubted': (page) => fewPasskeysPage(page, { ...fewPasskeys, isDoubted: true }),
  'sign-out': (page) =>
    signOutPage(page, { action: '/session/end/confirm', xsrf: 'sample', appName: app.name }),
  'signing-out': (page) => signingOutPage(page, { frames: [], goesTo: '#done' }),
  'signed-out': (page) => signedOutPage(page, { signInUrl: '/account' }),
  ...accountSamples,
  ...apiReferenceSample,
  'error-expired': (page) =>
    errorPage(page, { status: 400, code: 'interaction_expired', startUrl: '/account' }),
  'error-app': (page) =>
    errorPage(page, {
      status: 400,
      code: 'invalid_redirect_uri',
      description: 'redirect_uri did not match any of the client’s registered redirect_uris',
      backToApp: { name: app.name, url: 'https://notes.example.com/' },
      app: { id: 'field-notes', name: 'Field Notes' },
    }),
  'error-away': (page) => errorPage(page, { status: 503, code: 'unavailable', retries: true }),
  'error-internal': (page) => errorPage(page, { status: 500, code: 'internal', startUrl: '/account' }),
  'error-not-found': (page) => errorPage(page, { status: 404, code: 'not_found', startUrl: '/account' }),
};
