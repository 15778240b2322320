import type { FieldProblems } from '../../views/console/parts/forms.ts';
import type { RuleFields } from '../../views/console/policies/edit.ts';
import { lines, text } from './visit.ts';

/** A rule between the form of the console and the file that `latchkey policy` reads. */

export const noRule: RuleFields = {
  attestation: '',
  isEnterprise: false,
  allowedModels: '',
  deniedModels: '',
  leastCertification: '',
  keyProtection: [],
  isDeviceBound: false,
  isAttestationVerified: false,
  vendors: '',
  refusedStatuses: '',
  leastPasskeys: '',
  effectiveFrom: '',
  olderPasskeys: '',
};

export function fieldsOfRule(written: Readonly<Record<string, unknown>>): RuleFields {
  const one = (name: string) => (written[name] === undefined ? '' : String(written[name]));
  const many = (name: string) => (Array.isArray(written[name]) ? written[name].map(String) : []);
  return {
    attestation: one('attestation'),
    isEnterprise: written.enterprise === true,
    allowedModels: many('allowedModels').join('\n'),
    deniedModels: many('deniedModels').join('\n'),
    leastCertification: one('leastCertification'),
    keyProtection: many('keyProtection'),
    isDeviceBound: written.deviceBound === true,
    isAttestationVerified: written.attestationVerified === true,
    vendors: many('vendors').join('\n'),
    refusedStatuses: many('refusedStatuses').join('\n'),
    leastPasskeys: one('leastPasskeys'),
    effectiveFrom: one('effectiveFrom').slice(0, 10),
    olderPasskeys: one('olderPasskeys'),
  };
}

export function typedRule(form: URLSearchParams): RuleFields {
  return {
    attestation: text(form, 'attestation'),
    isEnterprise: form.has('enterprise'),
    allowedModels: text(form, 'allowedModels'),
    deniedModels: text(form, 'deniedModels'),
    leastCertification: text(form, 'leastCertification'),
    keyProtection: form.getAll('keyProtection'),
    isDeviceBound: form.has('deviceBound'),
    isAttestationVerified: form.has('attestationVerified'),
    vendors: text(form, 'vendors'),
    refusedStatuses: text(form, 'refusedStatuses'),
    leastPasskeys: text(form, 'leastPasskeys'),
    effectiveFrom: text(form, 'effectiveFrom'),
    olderPasskeys: text(form, 'olderPasskeys'),
  };
}

/** What is left empty is not asked. How old passkeys are held to it is said only where something is asked. */
export function readRule(fields: RuleFields): Record<string, unknown> {
  const list = (value: string) => lines(new URLSearchParams({ value }), 'value');
  const asked = Object.entries({
    attestation: fields.attestation,
    enterprise: fields.isEnterprise,
    allowedModels: list(fields.allowedModels),
    deniedModels: list(fields.deniedModels),
    leastCertification: fields.leastCertification,
    keyProtection: fields.keyProtection,
    deviceBound: fields.isDeviceBound,
    attestationVerified: fields.isAttestationVerified,
    vendors: list(fields.vendors),
    refusedStatuses: list(fields.refusedStatuses),
    leastPasskeys: fields.leastPasskeys && Number(fields.leastPasskeys),
    effectiveFrom: fields.effectiveFrom,
  }).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value !== '' && value !== false));
  if (asked.length === 0) return {};
  return Object.fromEntries([
    ...asked,
    ...(fields.olderPasskeys ? [['olderPasskeys', fields.olderPasskeys]] : []),
  ]);
}

/** The form has one rule, the file has all: the field is what stands last, places in lists aside. */
export function ruleProblems(problems: FieldProblems): FieldProblems {
  const names = Object.keys(noRule).map((name) =>
    name.replace(/^is([A-Z])/, (_, letter: string) => letter.toLowerCase()),
  );
  return Object.fromEntries(
    Object.entries(problems).map(([field, message]) => [
      field.split('.').findLast((part) => names.includes(part)) ?? field,
      message,
    ]),
  );
}
