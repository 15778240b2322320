/** Passkeys whose keys hardware keeps, as far as the passkey manager knows. */
import assert from 'node:assert/strict';
import type { AuthenticatorModel, ModelCatalogue } from '../fido-metadata/catalogue.ts';
import type { AttestationEvidence } from '../passkeys/authenticator-facts.ts';
import type { Storage } from '../storage.ts';
import { createAuthenticator } from './authenticator.ts';
import type { TestBrowser } from './browser.ts';
import { addPasskey } from './own-account.ts';

export const hardwareModel: AuthenticatorModel = {
  aaguid: 'a1b2c3d4-0000-4000-8000-00000000beef',
  name: 'Sample Security Key',
  statuses: ['FIDO_CERTIFIED_L2'],
  keyProtection: ['hardware', 'secure_element'],
  attestationTypes: ['basic_full'],
  attestationRoots: [],
  isLocal: false,
};

interface TurnedCatalogue extends Pick<ModelCatalogue, 'find' | 'all'> {
  model: AuthenticatorModel;
  metadata?: { no: number; isCurrent: boolean };
}

/** A catalogue of one model, which a test may turn. */
export function hardwareCatalogue() {
  const catalogue: TurnedCatalogue = {
    model: hardwareModel,
    metadata: { no: 7, isCurrent: true },
    find: (aaguid) => (aaguid === catalogue.model.aaguid ? catalogue.model : undefined),
    all: () => [catalogue.model],
  };
  return catalogue;
}

/** A security key of the model above. */
export const createSecurityKey = (origin: string) =>
  createAuthenticator({ origin, aaguid: hardwareModel.aaguid, synced: false });

/** What the manager would have found out at registration. */
export async function attest(
  { passkeys }: Pick<Storage, 'passkeys'>,
  passkeyId: string,
  result: AttestationEvidence['result'] = 'model',
): Promise<void> {
  const passkey = await passkeys.findById(passkeyId);
  assert.ok(passkey);
  const attestation: AttestationEvidence = { format: 'packed', result, metadata: 7 };
  assert.ok(
    await passkeys.update({ ...passkey, attestation, revision: passkey.revision + 1 }, passkey.revision),
  );
}

/** The same browser with one more passkey of its person, on a security key. */
export async function withSecurityKey(
  { storage }: { storage: Pick<Storage, 'passkeys'> },
  browser: TestBrowser,
): Promise<TestBrowser & { passkeyId: string }> {
  const key = createSecurityKey(browser.origin);
  const { authenticator, passkeyId } = await addPasskey(browser, key);
  await attest(storage, passkeyId);
  return { ...browser, authenticator, passkeyId };
}
