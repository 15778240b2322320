/** Registers passkeys whose authenticators attest themselves, at a manager that knows one model. */
import assert from 'node:assert/strict';
import type { AuthenticatorModel, ModelCatalogue } from '../../fido-metadata/catalogue.ts';
import type { AttestationSettings } from '../../passkeys/attestation/settings.ts';
import type { AttestationEvidence } from '../../passkeys/authenticator-facts.ts';
import type { RefusalReason } from '../../passkeys/refusal.ts';
import {
  deviceHere,
  type OpenedManager,
  openManager,
  passkeysOf,
  refuses,
  register,
} from '../authenticator-ceremonies.ts';
import type { AuthenticatorSettings } from '../authenticator-overrides.ts';
import type { Attest } from './made.ts';

export const aaguid = 'b5397666-4885-aa6b-cebf-e52262a439a2';

/** A device-bound security key of the model that the manager knows. */
const securityKey = { aaguid, synced: false } as const;

export const metadata = { no: 291, isCurrent: true };

/** A catalogue of one model with these roots, base64 DER. */
export function modelsWith(attestationRoots: readonly string[]): ModelCatalogue {
  const model: AuthenticatorModel = {
    aaguid,
    name: 'Test Key',
    statuses: ['FIDO_CERTIFIED_L2'],
    keyProtection: ['hardware', 'secure_element'],
    attestationTypes: ['basic_full'],
    attestationRoots,
    isLocal: false,
  };
  return { find: (id) => (id === aaguid ? model : undefined), metadata };
}

export interface Registrations extends AsyncDisposable {
  opened: OpenedManager;
  /** What is kept of an attestation that is accepted. */
  evidence(attest: Attest, device?: Partial<AuthenticatorSettings>): Promise<AttestationEvidence>;
  /** Refused for this reason, and nothing is stored. */
  refuses(attest: Attest, reason: RefusalReason, device?: Partial<AuthenticatorSettings>): Promise<void>;
}

export async function openRegistrations(
  models: ModelCatalogue,
  attestation: Partial<AttestationSettings> = {},
): Promise<Registrations> {
  const settings: AttestationSettings = { ...attestation };
  const opened = await openManager('sqlite::memory:', models, { attestation: settings });
  async function attempt(attest: Attest, device: Partial<AuthenticatorSettings>) {
    const { ticket, userHandle } = await opened.enrolment.issueTicket({ purpose: 'first', minutes: 60 });
    const steps = { device: deviceHere({ ...securityKey, ...device }), authorization: { ticket } };
    return { userHandle, finished: register(opened, { ...steps, overrides: { attestation: attest } }) };
  }
  return {
    opened,
    async evidence(attest, device = {}) {
      const { finished } = await attempt(attest, device);
      const stored = await opened.storage.passkeys.findById((await finished).passkey.id);
      assert.ok(stored?.attestation);
      return stored.attestation;
    },
    async refuses(attest, reason, device = {}) {
      const { userHandle, finished } = await attempt(attest, device);
      await refuses(opened, finished, { reason });
      assert.deepEqual(await passkeysOf(opened, userHandle), []);
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
