import type { ScriptWords } from './page-data.ts';
import type { MessageKey, Words } from './words.ts';

/** Sentences that each script says by itself. Only simple `{names}` stand in them: scripts carry no ICU. */

const everywhere = [
  'script.offline',
  'script.network',
  'script.moving',
  'problem.bad_request',
  'problem.interaction_expired',
  'problem.session_required',
  'problem.too_many_requests',
  'problem.unavailable',
  'problem.internal',
  'problem.cross_site',
] as const satisfies readonly MessageKey[];

const ceremony = [
  ...everywhere,
  'script.waiting',
  'script.stopWaiting',
  'script.checking',
  'script.tryAgain',
  'browser.dismissed',
  'browser.stopped',
  'browser.wrongSite',
  'browser.notSupported',
  'browser.noWebAuthn',
  'browser.notCapable',
  'browser.unknown',
  'problem.challenge_expired',
  'problem.passkey_rejected',
  'problem.account_disabled',
  'problem.authenticator_refused',
  'problem.authenticator_not_enough',
  'problem.rules_contradict',
  'reason.model_denied',
  'reason.model_not_allowed',
  'reason.status_refused',
  'reason.certification_too_low',
  'reason.key_protection_too_weak',
  'reason.not_device_bound',
  'reason.attestation_not_verified',
  'reason.vendor_not_allowed',
  'reason.metadata_outdated',
  'wrongPlace.notHttps',
  'wrongPlace.ipAddress',
  'wrongPlace.otherScheme',
  'wrongPlace.otherAddress',
  'wrongPlace.originMissing',
  'wrongPlace.rpIdForeign',
] as const satisfies readonly MessageKey[];

const creation = [
  ...ceremony,
  'script.creating',
  'script.saving',
  'browser.exists',
  'problem.passkey_exists',
  'problem.field_invalid',
  'problem.user_name_taken',
  'problem.link_invalid',
  'problem.sign_up_closed',
  'problem.conflict',
  'field.missing',
  'field.emailInvalid',
  'reason.email',
  'reason.name',
  'reason.userNameCharacters',
  'reason.userNameEnds',
  'reason.userNameLength',
  'reason.userNameMixed',
] as const satisfies readonly MessageKey[];

export const scriptWords = {
  'sign-in': [...ceremony, 'script.signedIn'],
  'step-up': [
    ...creation,
    'account.confirmed',
    'problem.authenticator_not_enough',
    'problem.passkey_not_found',
    'problem.too_many_passkeys',
    'problem.confirmation_required',
  ],
  enrol: creation,
  consent: everywhere,
  account: [
    ...creation,
    'script.saved',
    'account.confirmed',
    'requests.new',
    'problem.request_over',
    'problem.passkey_not_found',
    'problem.last_passkey',
    'problem.too_many_passkeys',
    'problem.confirmation_required',
  ],
} as const satisfies Record<string, readonly MessageKey[]>;

export type ScriptWord = (typeof scriptWords)[keyof typeof scriptWords][number];

export function wordsForScript(words: Words, script: keyof typeof scriptWords): ScriptWords {
  return Object.fromEntries(scriptWords[script].map((key) => [key, words.raw(key)]));
}
