import {
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  sendSignal,
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
} from '@simplewebauthn/browser';
import type { ScriptWords } from '../page-data.ts';
import type { ScriptWord } from '../script-words.ts';
import { sentence } from './page.ts';
import type { Said } from './says.ts';

/** Opens the browser's dialog for a passkey that is there. */
export function usePasskey(options: object): Promise<AuthenticationResponseJSON> {
  return startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON });
}

/** Waits, without a dialog, until a passkey is chosen among the suggestions of an input (WebAuthn L3 §5.1.4). */
export function autofillPasskey(options: object): Promise<AuthenticationResponseJSON> {
  return startAuthentication({
    optionsJSON: options as PublicKeyCredentialRequestOptionsJSON,
    useBrowserAutofill: true,
  });
}

export function createPasskey(options: object): Promise<RegistrationResponseJSON> {
  return startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON });
}

/** What a form says while the browser's dialog is open. A dialog of the page has its own way out. */
export function waitingFor(form: HTMLElement, words: ScriptWords, key: ScriptWord): Said {
  const said: Said = { kind: 'waiting', text: sentence(words, key) };
  if (form.closest('dialog')) return said;
  return { ...said, button: { label: sentence(words, 'script.stopWaiting'), press: stopCeremony } };
}

/** Whatever is open or waiting ends with an AbortError. */
export function stopCeremony(): void {
  WebAuthnAbortService.cancelCeremony();
}

/** A passkey that was made but not accepted: the browser may take it out of the person's list again. */
export function forgetPasskey(rpId: string, credentialId: string): void {
  sendSignal({ signalName: 'unknownCredential', rpID: rpId, credentialID: credentialId }).catch(() => {
    // Few browsers know the Signal API yet, and nothing depends on it.
  });
}
