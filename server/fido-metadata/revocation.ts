/** Whether authorities have revoked a certificate of the path: asked where a list can be reached (RFC 5280 §6.3). */
import type { X509Certificate } from 'node:crypto';
import { plainSerial } from '../service-identity/certificate.ts';
import { readRevocationLists } from '../service-identity/revocation-list.ts';
import { CRLDistributionPointsExtension, X509Certificate as X509Reader } from '../service-identity/x509.ts';
import type { Path } from './chain.ts';
import { MetadataError } from './refusal.ts';

export interface RevocationSources {
  /** Fetches a list. Rejects where there is none to be had. */
  fetchList: (url: string) => Promise<Buffer>;
  now: number;
}

/**
 * Lists that cannot be had or read say nothing: the network between here and an authority is not ours.
 * @returns addresses of lists that could not be had @throws MetadataError
 */
export async function requireNotRevoked(path: Path, sources: RevocationSources): Promise<string[]> {
  const unknown: string[] = [];
  for (const [index, certificate] of path.slice(0, -1).entries()) {
    const issuer = path[index + 1];
    const urls = distributionPoints(certificate);
    if (!issuer || urls.length === 0) continue;
    const answers = await Promise.all(urls.map((url) => isRevoked({ certificate, issuer, url }, sources)));
    if (answers.includes(true))
      throw new MetadataError('certificate_revoked', { detail: plainSerial(certificate.serialNumber) });
    if (!answers.includes(false)) unknown.push(...urls);
  }
  return unknown;
}

interface Asked {
  certificate: X509Certificate;
  issuer: X509Certificate;
  url: string;
}

async function isRevoked(
  { certificate, issuer, url }: Asked,
  { fetchList, now }: RevocationSources,
): Promise<boolean | undefined> {
  try {
    const list = readRevocationLists(await fetchList(url), [issuer]);
    if (list.isRevoked(plainSerial(certificate.serialNumber))) return true;
    return list.validUntil < now ? undefined : false;
  } catch {
    return undefined;
  }
}

function distributionPoints(certificate: X509Certificate): string[] {
  const extension = new X509Reader(certificate.raw).getExtension(CRLDistributionPointsExtension);
  const points = extension?.distributionPoints ?? [];
  return points
    .flatMap((point) => point.distributionPoint?.fullName ?? [])
    .flatMap(({ uniformResourceIdentifier: url }) => (url && /^https?:/.test(url) ? [url] : []))
    .slice(0, 4);
}
