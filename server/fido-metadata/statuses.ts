/** Status reports of a model (FIDO Metadata Service 3.0 §3.1.3), and what of them is in force. */
import type { AuthenticatorStatus } from './catalogue.ts';

export interface StatusReport {
  status: AuthenticatorStatus;
  /** Epoch milliseconds; 0 where the report does not say. */
  effectiveAt: number;
}

/** The highest first. */
const certifications = [
  'FIDO_CERTIFIED_L3plus',
  'FIDO_CERTIFIED_L3',
  'FIDO_CERTIFIED_L2plus',
  'FIDO_CERTIFIED_L2',
  'FIDO_CERTIFIED_L1plus',
  'FIDO_CERTIFIED_L1',
  'FIDO_CERTIFIED',
];

/** Names that a later edition may add are taken for what they sound like: the other mistake would be worse. */
export const speaksAgainst = (status: string) => /REVOKED|COMPROMISE|BYPASS/.test(status);
const isCertification = (status: string) => status.startsWith('FIDO_CERTIFIED');
const endsCertifications = (status: string) => status === 'NOT_FIDO_CERTIFIED' || status === 'REVOKED';

/**
 * In order of their dates, whatever the order they stand in. A certification ends what spoke against the model before
 * its day; an update that is available does not, because the device in the hand may not have it. A report of a day
 * that has not come does not count yet; one without a day holds now (FIDO Metadata Service 3.0 §3.1.3), so nothing that
 * speaks against a model is older than a certification because it does not say when it began.
 */
export function statusesInForce(reports: readonly StatusReport[], now: number): AuthenticatorStatus[] {
  const past = reports
    .map((report) =>
      report.effectiveAt === 0 && speaksAgainst(report.status) ? { ...report, effectiveAt: now } : report,
    )
    .filter(({ effectiveAt }) => effectiveAt <= now);
  const lastCertified = latest(past, isCertification);
  const lastEnded = latest(past, endsCertifications);
  const against = past.filter(
    ({ status, effectiveAt }) => speaksAgainst(status) && effectiveAt >= lastCertified,
  );
  const certified = past.filter(
    ({ status, effectiveAt }) => isCertification(status) && effectiveAt >= lastEnded,
  );
  const held = unique(certified.map(({ status }) => status)).sort((a, b) => rank(a) - rank(b));
  const uncertified = held.length === 0 && past.some(({ status }) => status === 'NOT_FIDO_CERTIFIED');
  return [
    ...held,
    ...(uncertified ? ['NOT_FIDO_CERTIFIED'] : []),
    ...unique(against.map(({ status }) => status)),
  ];
}

function latest(reports: readonly StatusReport[], kind: (status: string) => boolean): number {
  return Math.max(
    Number.NEGATIVE_INFINITY,
    ...reports.filter(({ status }) => kind(status)).map(({ effectiveAt }) => effectiveAt),
  );
}

const unique = (statuses: readonly string[]) => [...new Set(statuses)];

/** What is not known yet ranks last. */
function rank(status: string): number {
  const index = certifications.indexOf(status);
  return index === -1 ? certifications.length : index;
}
