/** How several rules become one. */
import { AppError } from '../errors.ts';
import {
  type AuthenticatorRule,
  certifications,
  conveyances,
  type NamedRule,
  type Requirements,
  refusedByDefault,
} from './rule.ts';

type Field = keyof AuthenticatorRule;
type Value<F extends Field> = NonNullable<AuthenticatorRule[F]>;

/** What a field means, when it is stricter, and what comes of two of its values. */
interface FieldEntry<F extends Field> {
  means: string;
  stricter: string;
  /** `undefined`: nothing is left that both allow. Absent: the field says when its rule holds, so it meets no other. */
  merge?: (a: Value<F>, b: Value<F>) => Value<F> | undefined;
}

const unite = <T extends string>(a: readonly T[], b: readonly T[]): T[] => [...new Set([...a, ...b])].sort();
const intersect = <T extends string>(a: readonly T[], b: readonly T[]): T[] | undefined => {
  const both = a.filter((member) => b.includes(member));
  return both.length > 0 ? both.toSorted() : undefined;
};
const either = (a: boolean, b: boolean) => a || b;
/** Of values in order of rank. */
const higher =
  <T>(ranks: readonly T[]) =>
  (a: T, b: T): T =>
    ranks.indexOf(a) >= ranks.indexOf(b) ? a : b;

/** Every field of a rule. Adding a rule never accepts more, whatever the order. */
export const ruleFields: { [F in Field]: FieldEntry<F> } = {
  attestation: {
    means: 'how much a new authenticator is asked to tell of itself',
    stricter: 'more is asked: none, indirect, direct',
    merge: higher(conveyances),
  },
  enterprise: {
    means: 'a new authenticator is asked for its serial number, where it is set up for that',
    stricter: 'it is asked for',
    merge: either,
  },
  allowedModels: {
    means: 'models that may be used, shown by an attestation',
    stricter: 'fewer models: those on every list',
    merge: intersect,
  },
  deniedModels: {
    means: 'models that may not be used, also where they are only claimed',
    stricter: 'more models: those on any list',
    merge: unite,
  },
  leastCertification: {
    means: 'the lowest FIDO certification of a model, shown by an attestation',
    stricter: 'a higher level',
    merge: higher(certifications),
  },
  keyProtection: {
    means: 'where keys are kept: one of these, shown by an attestation',
    stricter: 'fewer places: those on every list',
    merge: intersect,
  },
  deviceBound: {
    means: 'the passkey cannot leave its device (BE=0)',
    stricter: 'it is asked for',
    merge: either,
  },
  attestationVerified: {
    means: 'an attestation was verified to the roots of its model or its vendor',
    stricter: 'it is asked for',
    merge: either,
  },
  vendors: {
    means: 'vendors, as their attestation certificates name them',
    stricter: 'fewer vendors: those on every list',
    merge: intersect,
  },
  refusedStatuses: {
    means: 'statuses of a model that end its use, also where it is only claimed',
    stricter: 'more statuses: those on any list',
    merge: unite,
  },
  leastPasskeys: {
    means: 'how many passkeys a person should have; whoever has fewer is asked, and never turned away',
    stricter: 'more passkeys',
    merge: (a, b) => Math.max(a, b),
  },
  effectiveFrom: { means: 'from when on the rule holds', stricter: 'earlier' },
  olderPasskeys: {
    means: 'whether the rule also refuses passkeys registered before `effectiveFrom`',
    stricter: 'refuse',
  },
};

/** When a rule is asked: what does not hold for a passkey is left out. */
export interface Moment {
  now: number;
  /** When the passkey was registered. A passkey that does not tell is as new as can be. */
  registeredAt?: number | undefined;
}

export function isInForce({ effectiveFrom = 0, olderPasskeys }: AuthenticatorRule, moment: Moment): boolean {
  const { now, registeredAt = Number.POSITIVE_INFINITY } = moment;
  return now >= effectiveFrom && (registeredAt >= effectiveFrom || olderPasskeys === 'refuse');
}

/** The moment from which on nothing more comes into force by itself. */
export function lastMoment(rules: readonly NamedRule[], now: number): number {
  return Math.max(now, ...rules.map(({ rule }) => rule.effectiveFrom ?? 0));
}

/** The installation's rule, with what holds where it says nothing. */
export function floorOf(rule: AuthenticatorRule): NamedRule {
  return { name: 'the installation', rule: { refusedStatuses: [...refusedByDefault], ...rule } };
}

/**
 * What all rules together ask of one passkey at one moment.
 * @throws AppError `rules_contradict`, naming the two that leave nothing that both allow
 */
export function requirementsOf(rules: readonly NamedRule[], moment: Moment): Requirements {
  return mergeRules(rules.filter(({ rule }) => isInForce(rule, moment)));
}

/** @throws AppError `rules_contradict` */
export function mergeRules(rules: readonly NamedRule[]): Requirements {
  const merged: Requirements = {};
  for (const [index, named] of rules.entries()) {
    const before = rules.slice(0, index);
    for (const field of requirementNames) mergeField(field, { merged, named, before });
    refuseAllDenied(merged, [...before, named]);
  }
  return merged;
}

const requirementNames = (Object.keys(ruleFields) as Field[]).filter(
  (field): field is keyof Requirements => ruleFields[field].merge !== undefined,
);

interface Merging {
  /** What comes of the rules before. */
  merged: Requirements;
  before: readonly NamedRule[];
  named: NamedRule;
}

function mergeField<F extends keyof Requirements>(field: F, { merged, before, named }: Merging): void {
  const added = named.rule[field] as Value<F> | undefined;
  if (added === undefined) return;
  const merge = ruleFields[field].merge as (a: Value<F>, b: Value<F>) => Value<F> | undefined;
  const present = merged[field] as Value<F> | undefined;
  const value = present === undefined ? added : merge(present, added);
  if (value === undefined) throw nothingInCommon(field, { before, named });
  merged[field] = value as Requirements[F];
}

/** Two that contradict each other by themselves are named alone. */
function nothingInCommon(field: keyof Requirements, { before, named }: Omit<Merging, 'merged'>): AppError {
  const rivals = before.filter(({ rule }) => rule[field] !== undefined);
  const isAlone = (rival: NamedRule) => {
    const others = named.rule[field] as readonly string[];
    return !(rival.rule[field] as readonly string[]).some((member) => others.includes(member));
  };
  const rival = rivals.find(isAlone);
  return contradiction([...(rival ? [rival] : rivals), named], `have no ${field} in common`);
}

function refuseAllDenied(merged: Requirements, rules: readonly NamedRule[]): void {
  const { allowedModels, deniedModels = [] } = merged;
  if (!allowedModels?.every((model) => deniedModels.includes(model))) return;
  const involved = rules.filter(({ rule }) => rule.allowedModels ?? rule.deniedModels);
  throw contradiction(involved, 'deny every model that is in allowedModels');
}

function contradiction(rules: readonly NamedRule[], what: string): AppError {
  const whose = [...new Set(rules.map(({ name }) => name))].sort().join(' and ');
  return new AppError('rules_contradict', { detail: `the rules of ${whose} ${what}` });
}

/** How many passkeys a person should have, by the rules in force; it is no matter of any one passkey. */
export function leastPasskeysOf(rules: readonly NamedRule[], now: number): number {
  const inForce = rules.filter(({ rule }) => now >= (rule.effectiveFrom ?? 0));
  return Math.max(1, ...inForce.map(({ rule }) => rule.leastPasskeys ?? 1));
}
