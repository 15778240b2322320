import type { AuthenticatorModel, ModelCatalogue } from '../fido-metadata/catalogue.ts';
import type { AttestationResult, AuthenticatorFacts } from '../receipts/authenticator-facts.ts';
import { keyFingerprints } from './attestation/chain.ts';
import type { Passkey } from './passkey.ts';

/** What was found out at registration, kept with the passkey as evidence. */
export interface AttestationEvidence {
  /** WebAuthn L3 §8: `packed`, `tpm`, … */
  format: string;
  result: AttestationResult;
  /** The organization that the attestation certificate names, where its chain was verified. */
  vendor?: string;
  /** SHA-256 of the public key that its chain goes back to, base64url. */
  root?: string;
  /** SHA-256 over the certificates of the chain (DER, leaf first), base64url. */
  chain?: string;
  /** The flags byte of its authenticator data (WebAuthn L3 §6.1): what was said of user and backup then. */
  flags?: number;
  /** Number (`no`) of the FIDO metadata that it was verified with. */
  metadata?: number;
}

/** What is known of the authenticator now. */
export function authenticatorFacts(
  { aaguid, attestation, modelAlert = [] }: Pick<Passkey, 'aaguid' | 'attestation' | 'modelAlert'>,
  models: ModelCatalogue,
): AuthenticatorFacts {
  const model = models.find(aaguid);
  const result = resultNow(attestation, model);
  const vendor = result === 'unknown' ? undefined : attestation?.vendor;
  return {
    attestation: result,
    ...(vendor !== undefined && { vendor }),
    keyProtection: model?.keyProtection ?? [],
    // What was found holds until a review takes it back: the metadata may be away, or be older in this process.
    statuses: [...new Set([...(model?.statuses ?? []), ...modelAlert])],
    ...(model && { attestationTypes: model.attestationTypes }),
    ...(models.metadata && { metadata: models.metadata }),
  };
}

/**
 * The vendor vouches for a key, and not for the model that software put beside it. Where the metadata has come to know
 * that model since, its own roots count, as they would at a registration now.
 */
function resultNow(
  attestation: AttestationEvidence | undefined,
  model: AuthenticatorModel | undefined,
): AttestationResult {
  const { result = 'none', root = '' } = attestation ?? {};
  const roots = model?.attestationRoots ?? [];
  if (result !== 'vendor' || roots.length === 0) return result;
  return keysOf(roots).has(root) ? result : 'unknown';
}

/** Of each list of roots that was asked for: metadata in force keeps its lists. */
const known = new WeakMap<readonly string[], ReadonlySet<string>>();

function keysOf(roots: readonly string[]): ReadonlySet<string> {
  const keys =
    known.get(roots) ?? keyFingerprints(roots.map((root) => ({ der: Buffer.from(root, 'base64') })));
  known.set(roots, keys);
  return keys;
}
