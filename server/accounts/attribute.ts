import { z } from 'zod';
import { claimName } from '../apps/claim-name.ts';
import { AppError } from '../errors.ts';
import { oneLine } from '../one-line.ts';
import type { AttributeValue } from './account.ts';

export const attributeTypes = ['string', 'number', 'boolean', 'strings'] as const;
export type AttributeType = (typeof attributeTypes)[number];

/** Something that an installation keeps of people beside what everybody has, and apps may be told as a claim. */
export interface AttributeDefinition {
  /** The name of the claim. */
  id: string;
  /** As people read it. */
  label: string;
  /** `strings` is a list of them. It stays as it was made: what is kept of people is of it. */
  type: AttributeType;
  description?: string;
  createdAt: number;
  updatedAt: number;
  revision: number;
}

/** Where definitions are kept: there are few. */
export interface AttributeDefinitionRepository {
  /** @throws ConflictError with field `id` */
  insert(definition: AttributeDefinition): Promise<void>;
  /** In order of `id`. */
  list(): Promise<AttributeDefinition[]>;
  /** Compare-and-set, as of every record with a revision. */
  update(definition: AttributeDefinition, expectedRevision: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
}

/** What standards give a meaning to, in ID tokens, access tokens or userinfo (IANA "JSON Web Token Claims"). */
const reserved = new Set(
  [
    'iss sub aud exp nbf iat jti azp nonce auth_time at_hash c_hash s_hash acr amr sub_jwk cnf sid sip_from_tag',
    'name given_name family_name middle_name nickname preferred_username profile picture website email email_verified',
    'gender birthdate zoneinfo locale phone_number phone_number_verified address updated_at groups roles entitlements',
    'client_id scope may_act act token_type active username events toe txn vot vtm client_secret redirect_uri',
    'grant_id sign_in_id claims _claim_names _claim_sources authorization_details constructor prototype toString',
  ].flatMap((line) => line.split(' ')),
);

/** What an administrator says of an attribute. */
export const attributeFields = {
  id: z
    .string()
    .regex(claimName, 'must begin with a letter, and hold letters, digits, and any of _ . : / ~ -')
    .refine((id) => !reserved.has(id), 'is a claim that standards give a meaning to'),
  label: oneLine(60),
  type: z.enum(attributeTypes, `must be one of ${attributeTypes.join(', ')}`),
  description: oneLine(500).optional(),
};

const newAttribute = z.strictObject(attributeFields);
export type NewAttribute = z.input<typeof newAttribute>;

/** @throws AppError `field_invalid` with every reason in its detail */
export function newAttributeDefinition(input: NewAttribute, now: number): AttributeDefinition {
  const { success, data, error } = newAttribute.safeParse(input);
  if (!success) throw refusal(error.issues.map(({ path, message }) => [String(path[0] ?? 'id'), message]));
  const { description, ...said } = data;
  return { ...said, ...(description && { description }), createdAt: now, updatedAt: now, revision: 1 };
}

/** What is not given stays; `null` takes the description away. */
export function changedAttributeDefinition(
  definition: AttributeDefinition,
  { label = definition.label, description }: { label?: string; description?: string | null },
  now: number,
): AttributeDefinition {
  const { id, type, createdAt, revision } = definition;
  const said = description === undefined ? definition.description : (description ?? undefined);
  const checked = newAttributeDefinition({ id, type, label, ...(said && { description: said }) }, now);
  return { ...checked, createdAt, revision: revision + 1 };
}

const values: Record<AttributeType, z.ZodType<AttributeValue>> = {
  string: z.string('must be text').max(1000, 'must be at most 1,000 characters'),
  number: z.number('must be a number'),
  boolean: z.boolean('must be true or false'),
  strings: z
    .array(
      z.string('must be a list of texts').max(1000, 'must be at most 1,000 characters each'),
      'must be a list',
    )
    .max(100, 'must be at most 100'),
};

/**
 * What shall be kept of a person, held against the types. `null` takes a value away.
 * @throws AppError `field_invalid` with every reason in its detail
 */
export function checkAttributes(
  definitions: readonly AttributeDefinition[],
  given: Readonly<Record<string, unknown>>,
): Record<string, AttributeValue> {
  const checked: [string, AttributeValue][] = [];
  const problems: [field: string, message: string][] = [];
  for (const [id, value] of Object.entries(given).filter(([, value]) => value !== null)) {
    const definition = definitions.find((each) => each.id === id);
    const parsed = definition && values[definition.type].safeParse(value);
    if (parsed?.success) checked.push([id, parsed.data]);
    else problems.push([id, parsed?.error.issues[0]?.message ?? 'is not defined as an attribute']);
  }
  if (problems.length > 0) throw refusal(problems, 'attributes');
  return Object.fromEntries(checked);
}

function refusal(
  problems: readonly (readonly [field: string, message: string])[],
  within?: string,
): AppError {
  const detail = problems
    .map(([field, message]) => `${within ? `${within}.` : ''}${field} ${message}`)
    .join('\n');
  return new AppError('field_invalid', {
    field: within ?? problems[0]?.[0] ?? 'id',
    detail,
    problems: problems.map(([field, message]) => ({ field: within ? `${within}.${field}` : field, message })),
  });
}

interface Kept {
  attributes?: Readonly<Record<string, AttributeValue>> | undefined;
}

/** What of it an app is told that lists `claims`: no more than what is defined, in the type that it is defined with. */
export function attributeClaims(
  { attributes = {} }: Kept,
  { claims = [] }: { claims?: readonly string[] | undefined },
  definitions: readonly AttributeDefinition[],
): { definition: AttributeDefinition; value: AttributeValue | undefined }[] {
  const told = definitions.filter(({ id }) => claims.includes(id));
  return told.map((definition) => {
    const kept = Object.hasOwn(attributes, definition.id) ? attributes[definition.id] : undefined;
    const { success, data } = values[definition.type].safeParse(kept);
    return { definition, value: success ? data : undefined };
  });
}
