/** What a passkey is held against: pure, in microseconds, and the same wherever it is asked. */
import type { AuthenticatorFacts } from '../receipts/authenticator-facts.ts';
import type { ReceiptClaims } from '../receipts/receipt.ts';
import { type Moment, requirementsOf } from './merge.ts';
import { certifications, type NamedRule, type Requirements } from './rule.ts';

/** What counts of a passkey. Whatever is missing is as bad as can be. */
export interface JudgedPasskey {
  aaguid: string;
  /** BE flag: it may be copied to other devices. */
  backupEligible?: boolean;
  authenticator?: AuthenticatorFacts;
  registeredAt?: number;
}

/** Why a passkey is not enough: public, for whoever shows the passkey has it. */
export const objections = [
  'model_denied',
  'model_not_allowed',
  'status_refused',
  'certification_too_low',
  'key_protection_too_weak',
  'not_device_bound',
  'attestation_not_verified',
  'vendor_not_allowed',
  'metadata_outdated',
] as const;
export type Objection = (typeof objections)[number];

/** A passkey that is registered at this very moment. */
type Judged = JudgedPasskey & { isNew?: boolean };
type Check = (passkey: Judged, rule: Requirements) => boolean;

/**
 * When each objection is raised. What only an attestation proves counts only where it went back to the roots of the
 * very model; a model that is denied, or a status that is refused, counts also where the model is only claimed.
 */
const checks: Record<Objection, Check> = {
  model_denied: ({ aaguid }, { deniedModels }) => deniedModels?.includes(aaguid) ?? false,
  model_not_allowed: (passkey, { allowedModels }) =>
    allowedModels !== undefined && !(isProvenModel(passkey) && allowedModels.includes(passkey.aaguid)),
  status_refused: ({ authenticator }, { refusedStatuses }) =>
    refusedStatuses !== undefined &&
    (authenticator?.statuses.some((status) => refusedStatuses.includes(status)) ?? false),
  certification_too_low: (passkey, { leastCertification }) =>
    leastCertification !== undefined &&
    !(isProvenModel(passkey) && rankOf(passkey.authenticator) >= certifications.indexOf(leastCertification)),
  key_protection_too_weak: (passkey, { keyProtection }) =>
    keyProtection !== undefined &&
    !(
      isProvenModel(passkey) &&
      passkey.authenticator?.keyProtection.some((place) =>
        (keyProtection as readonly string[]).includes(place),
      )
    ),
  not_device_bound: ({ backupEligible }, { deviceBound }) => deviceBound === true && backupEligible !== false,
  attestation_not_verified: ({ authenticator }, { attestationVerified }) =>
    attestationVerified === true && !isProven(authenticator),
  vendor_not_allowed: ({ authenticator }, { vendors }) =>
    vendors !== undefined && !(isProven(authenticator) && vendors.includes(authenticator?.vendor ?? '')),
  // Metadata that is too old vouches for nothing new: what it says of a model may have changed.
  metadata_outdated: ({ authenticator, isNew }, rule) =>
    isNew === true && needsModel(rule) && authenticator?.metadata?.isCurrent !== true,
};

/** Asks for what only the metadata of a model can tell. */
export function needsModel({ allowedModels, leastCertification, keyProtection }: Requirements): boolean {
  return (allowedModels ?? leastCertification ?? keyProtection) !== undefined;
}

/** Empty: good. */
export function objectionsTo(passkey: Judged, rule: Requirements): Objection[] {
  return objections.filter((objection) => checks[objection](passkey, rule));
}

/** @throws AppError `rules_contradict` */
export function objectionsOf(
  rules: readonly NamedRule[],
  passkey: JudgedPasskey,
  now: Moment['now'],
): Objection[] {
  if (rules.length === 0) return [];
  return objectionsTo(passkey, requirementsOf(rules, { now, registeredAt: passkey.registeredAt }));
}

/** A passkey as the manager tells of it. */
export interface ListedPasskey {
  id: string;
  name: string;
  model?: string;
  aaguid: string;
  backupEligible?: boolean;
  authenticator: AuthenticatorFacts;
  createdAt: number;
  status: 'active' | 'suspended';
}

export function judgedPasskey(passkey: ListedPasskey): JudgedPasskey {
  const { aaguid, backupEligible, authenticator, createdAt } = passkey;
  return {
    aaguid,
    authenticator,
    registeredAt: createdAt,
    ...(backupEligible !== undefined && { backupEligible }),
  };
}

/** A passkey as the manager signed for it. */
export function signedPasskey({
  aaguid,
  flags,
  authenticator,
  registeredAt,
}: Pick<ReceiptClaims, 'aaguid' | 'flags' | 'authenticator' | 'registeredAt'>): JudgedPasskey {
  return {
    aaguid,
    backupEligible: flags.backupEligible,
    ...(authenticator && { authenticator }),
    ...(registeredAt !== undefined && { registeredAt }),
  };
}

function isProvenModel({ authenticator }: JudgedPasskey): boolean {
  return authenticator?.attestation === 'model';
}

function isProven(authenticator: AuthenticatorFacts | undefined): boolean {
  return authenticator?.attestation === 'model' || authenticator?.attestation === 'vendor';
}

/** The highest certification that is in force; -1 without one. */
function rankOf(authenticator: AuthenticatorFacts | undefined): number {
  const ranks = (authenticator?.statuses ?? []).map((status) =>
    (certifications as readonly string[]).indexOf(status),
  );
  return Math.max(-1, ...ranks);
}
