/** Small metadata for tests, in the shape of FIDO's. */
import { certify, newKeys } from './attestation/certificate.ts';

/** A picture of one pixel. */
export const onePixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export const exampleKey = 'd8522d9f-575b-4866-88a9-ba99fa02f35b';
export const brokenKey = 'ba86dc56-635f-4141-aef6-00227b1b9af6';

const day = 24 * 60 * 60 * 1000;

export const dateOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/** @param statement what differs from a sound statement */
export function statementSample(statement: Record<string, unknown> = {}) {
  return {
    aaguid: exampleKey,
    description: 'Example Key 5',
    protocolFamily: 'fido2',
    schema: 3,
    keyProtection: ['hardware', 'secure_element'],
    attestationTypes: ['basic_full'],
    attestationRootCertificates: ['MIIB'],
    icon: `data:image/png;base64,${onePixel}`,
    ...statement,
  };
}

/** Roots that are some: base64 of DER. */
export function rootsSample(): string[] {
  const keys = newKeys();
  const name = [['CN', 'Example Root']] as const;
  return [certify(keys.publicKey, { name, keys }, { subject: name, ca: true }).toString('base64')];
}

type Report = { status: string; effectiveDate?: string };

/** An entry of a blob. */
export function entrySample(
  statement: Record<string, unknown> = {},
  statusReports: readonly Report[] = [{ status: 'FIDO_CERTIFIED_L1', effectiveDate: '2024-01-01' }],
) {
  const metadataStatement = statementSample(statement);
  return {
    aaguid: metadataStatement.aaguid,
    metadataStatement,
    statusReports,
    timeOfLastStatusChange: '2024-01-01',
  };
}

export function payloadSample(fields: Record<string, unknown> = {}) {
  return {
    legalHeader: 'For tests.',
    no: 10,
    nextUpdate: dateOf(Date.now() + 30 * day),
    entries: [
      entrySample(),
      entrySample({ aaguid: brokenKey, description: 'Broken Key', keyProtection: ['software'] }, [
        { status: 'REVOKED', effectiveDate: '2023-12-20' },
        { status: 'NOT_FIDO_CERTIFIED', effectiveDate: '2023-11-07' },
      ]),
    ],
    ...fields,
  };
}
