/** What may be asked of the authenticators that hold passkeys: data, written by an administrator. */
import { z } from 'zod';
import { AppError } from '../errors.ts';

/** How much an authenticator is asked to tell of itself (WebAuthn L3 §5.4.7), the least first. */
export const conveyances = ['none', 'indirect', 'direct'] as const;

/** Where the browser is to look first for a new passkey (WebAuthn L3 §5.8.7). */
export type Hint = 'security-key' | 'client-device' | 'hybrid';

/** Certifications of models (FIDO Metadata Service 3.0 §3.1.4), the lowest first. */
export const certifications = [
  'FIDO_CERTIFIED',
  'FIDO_CERTIFIED_L1',
  'FIDO_CERTIFIED_L1plus',
  'FIDO_CERTIFIED_L2',
  'FIDO_CERTIFIED_L2plus',
  'FIDO_CERTIFIED_L3',
  'FIDO_CERTIFIED_L3plus',
] as const;

/** Where keys may be (FIDO Registry of Predefined Values §3.2). */
export const keyProtections = ['software', 'hardware', 'tee', 'secure_element', 'remote_handle'] as const;

/** Of a model that cannot be trusted any more: refused unless the installation's rule says otherwise. */
export const refusedByDefault = [
  'ATTESTATION_KEY_COMPROMISE',
  'REVOKED',
  'USER_KEY_PHYSICAL_COMPROMISE',
  'USER_KEY_REMOTE_COMPROMISE',
  'USER_VERIFICATION_BYPASS',
] as const;

/** The most user handles, groups and apps whose rules come together. */
const mostTogether = 1000;

const aaguid = z
  .string()
  .toLowerCase()
  .regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    'must be an AAGUID, such as 2fc0579f-8113-47ea-b116-bb5a8db9202a',
  );

/** A set: the order in which it was written says nothing. */
const setOf = <T extends string>(member: z.ZodType<T>) =>
  z
    .array(member, 'must be a list')
    // Several of them travel with one registration.
    .max(500, 'must be at most 500')
    .transform((members) => [...new Set(members)].sort());
/** Of a list of what is allowed: an empty one would allow nobody, and an absent one everybody. */
const oneOf = <T extends string>(member: z.ZodType<T>) =>
  setOf(member).refine((members) => members.length > 0, 'must name at least one, or be left out');
const anyOf = <T extends string>(values: readonly [T, ...T[]]) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

const requirementFields = {
  attestation: anyOf(conveyances),
  enterprise: z.boolean('must be true or false'),
  allowedModels: oneOf(aaguid),
  deniedModels: setOf(aaguid),
  leastCertification: anyOf(certifications),
  keyProtection: oneOf(anyOf(keyProtections)),
  deviceBound: z.boolean('must be true or false'),
  attestationVerified: z.boolean('must be true or false'),
  vendors: oneOf(z.string().trim().min(1, 'must not be empty').max(200, 'must be at most 200 characters')),
  refusedStatuses: setOf(z.string().regex(/^[A-Za-z0-9_]{1,64}$/, 'must be a status, such as REVOKED')),
  leastPasskeys: z.int('must be a whole number').min(1, 'must be at least 1').max(10, 'must be at most 10'),
};

const olderPasskeys = anyOf(['accept', 'refuse']);

/** As it is stored and sent: times are epoch milliseconds. */
export const ruleSchema = z
  .strictObject({
    ...requirementFields,
    effectiveFrom: z.int('must be a time in milliseconds').min(0, 'must be a time in milliseconds'),
    olderPasskeys,
  })
  .partial();

/**
 * A status that can speak against a model, names of a later edition too. A slip would refuse nothing, and take the place
 * of what is refused by default.
 */
const refusable = z
  .string()
  .regex(
    /^((NOT_)?FIDO_CERTIFIED(_L[123](plus)?)?|[A-Z_]*(REVOKED|COMPROMISE|BYPASS)[A-Z_]*)$/,
    `must be NOT_FIDO_CERTIFIED or one of ${refusedByDefault.join(', ')}`,
  );

/** As an administrator writes it: a time is a date, or a date and time with its zone. */
export const writtenRuleSchema = z
  .strictObject({
    ...requirementFields,
    refusedStatuses: setOf(refusable),
    effectiveFrom: z
      .union(
        [z.iso.datetime({ offset: true }), z.iso.date()],
        'must be a date such as 2027-01-31, or a time such as 2027-01-31T08:00:00Z',
      )
      .transform((text) => Date.parse(text)),
    olderPasskeys,
  })
  .partial();

/** What the installation, a group or an app asks. What is left out is not asked. See `ruleFields` for the meaning. */
export type AuthenticatorRule = z.infer<typeof ruleSchema>;

/** What is asked of one passkey at one moment: rules that do not hold for it are left out already. */
export type Requirements = Omit<AuthenticatorRule, 'effectiveFrom' | 'olderPasskeys'>;

/** A rule with whose it is, for whoever has to find it: `the installation`, `the group Engineering`. */
export interface NamedRule {
  name: string;
  rule: AuthenticatorRule;
}

/** As it travels. */
export const namedRulesSchema = z
  .array(z.object({ name: z.string().max(200), rule: ruleSchema }))
  .max(mostTogether);

/** @throws AppError `field_invalid` with the field, and in its detail every reason */
export function checked<T>(schema: z.ZodType<T>, input: unknown, what = 'rule'): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const reasons = result.error.issues.map((issue) => reasonOf(issue, what));
  throw new AppError('field_invalid', {
    field: reasons[0]?.field ?? what,
    detail: reasons.map(({ field, message }) => `${field} ${message}`).join('\n'),
    problems: reasons,
  });
}

function reasonOf({ path, ...issue }: z.core.$ZodIssue, what: string): { field: string; message: string } {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const field = [...path, ...unknown.slice(0, 1)].join('.') || what;
  return { field, message: unknown.length > 0 ? 'is not known' : lowerFirst(issue.message) };
}

const lowerFirst = (text: string) => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
