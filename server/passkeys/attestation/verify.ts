import { hash, type X509Certificate } from 'node:crypto';
import type { ModelCatalogue } from '../../fido-metadata/catalogue.ts';
import type { AttestationEvidence } from '../authenticator-facts.ts';
import { refuse } from '../refusal.ts';
import { verifyAndroidKey } from './android-key.ts';
import { verifyApple } from './apple.ts';
import { type IsRevoked, tellsModel } from './certificate.ts';
import { checkChain, type FoundAnchor, findAnchor, keyFingerprint } from './chain.ts';
import { verifyFidoU2f } from './fido-u2f.ts';
import type { Format } from './formats.ts';
import { verifyPacked } from './packed.ts';
import type { Attested, Chain, Verified } from './statement.ts';
import { verifyTpm } from './tpm.ts';
import { pinnedVendorRoots, type VendorRoots } from './vendor-roots.ts';

/** Whom to believe, and when. */
export interface Trust {
  models: ModelCatalogue;
  /** In the place of the pinned ones. */
  vendorRoots?: Readonly<Partial<Record<Format, VendorRoots>>>;
  isRevoked?: IsRevoked;
  /** Epoch milliseconds. */
  now: number;
}

const verifiers: Record<Format, (attested: Attested) => Verified> = {
  none: verifyNone,
  packed: verifyPacked,
  tpm: verifyTpm,
  'android-key': verifyAndroidKey,
  apple: verifyApple,
  'fido-u2f': verifyFidoU2f,
};

/**
 * Verifies a statement by the rules of its format, and finds out how far it goes: WebAuthn L3 §7.1 steps 22–24.
 * Needs no network and changes nothing.
 * @throws AppError for a statement that is wrong. One that nobody known vouches for is right, and `unknown`.
 */
export function verifyAttestation(format: Format, attested: Attested, trust: Trust): AttestationEvidence {
  const verified = verifiers[format](attested);
  const flags = attested.authData.readUInt8(32);
  if (typeof verified === 'string') return { format, result: verified, flags };
  const { chain, isUnprotected = false } = verified;
  checkChain(chain, trust.now);
  const { result, anchor, root } = isUnprotected ? unknown : findTrust(format, { chain, ...attested }, trust);
  if (anchor) refuseRevoked(anchor, { format, ...trust });
  const vendor = verified.vendor ?? root ?? chain[0].subject('O')[0];
  const { metadata } = trust.models;
  return {
    format,
    result,
    flags,
    ...(anchor && vendor && { vendor }),
    ...(anchor && { root: keyFingerprint(anchor.certificate) }),
    chain: hash('sha256', Buffer.concat(chain.map(({ der }) => der)), 'base64url'),
    ...(metadata && { metadata: metadata.no }),
  };
}

/** WebAuthn L3 §8.7. */
function verifyNone({ statement }: Attested): Verified {
  return statement.size === 0 ? 'none' : refuse('attestation_none_with_statement');
}

interface Found {
  result: 'model' | 'vendor' | 'unknown';
  anchor?: FoundAnchor;
  /** Whose root it was, where that is pinned. */
  root?: string;
}

const unknown: Found = { result: 'unknown' };

/**
 * A model whose metadata has roots is proved by these alone: a chain that goes back to the vendor's instead is `unknown`.
 * The vendor's roots count for models that have none of their own.
 */
function findTrust(
  format: Format,
  { chain, aaguid }: { chain: Chain; aaguid: string },
  { models, vendorRoots = pinnedVendorRoots, now }: Trust,
): Found {
  const ofModel = models.find(aaguid)?.attestationRoots ?? [];
  if (ofModel.length > 0) {
    const anchors = ofModel.map((base64) => ({ der: Buffer.from(base64, 'base64') }));
    const anchor = findAnchor(chain, anchors);
    const isClear =
      anchor &&
      (format !== 'packed' || tellsModel(chain[0]) || !isShared(anchor.certificate, { aaguid, models }));
    return isClear ? { result: 'model', anchor } : unknown;
  }
  const { vendor: root = '', roots = [] } = vendorRoots[format] ?? {};
  const anchors = roots.map((der) => ({ der, validAt: now }));
  const anchor = findAnchor(chain, anchors);
  return anchor ? { result: 'vendor', anchor, root } : unknown;
}

/** A root for several models says which one it is in the certificate, or proves none: WebAuthn L3 §8.2.1. */
function isShared(
  { raw }: X509Certificate,
  { aaguid, models }: { aaguid: string; models: ModelCatalogue },
): boolean {
  const root = raw.toString('base64');
  const others = [...(models.all?.() ?? [])].filter((model) => model.aaguid !== aaguid);
  return others.some(({ attestationRoots }) => attestationRoots.includes(root));
}

/** What is above the anchor does not matter: that one is believed by itself. */
function refuseRevoked(
  { certificate: anchor, below }: FoundAnchor,
  { format, isRevoked = () => false }: { format: Format } & Pick<Trust, 'isRevoked'>,
): void {
  const links = below.map(({ platform }) => platform);
  const isBad = links.some((certificate, i) => isRevoked(certificate, links[i + 1] ?? anchor, format));
  if (isBad) refuse('attestation_certificate_revoked');
}
