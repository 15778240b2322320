import { z } from 'zod';

/**
 * What authorization details may look like: a part of JSON Schema (2020-12) that a page can show field by field, and
 * that no request can make slow: no patterns, no references, no alternatives, no fields that are not named.
 */
const name = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const most = { string: 1000, items: 50, fields: 50, depth: 4 };

export type DetailSchema = { title?: string | undefined } & (
  | { type: 'string'; maxLength?: number | undefined; enum?: string[] | undefined }
  | { type: 'number' | 'integer'; minimum?: number | undefined; maximum?: number | undefined }
  | { type: 'boolean' }
  | { type: 'array'; items: DetailSchema; maxItems?: number | undefined }
  | DetailObject
);

interface DetailObject {
  type: 'object';
  properties: Record<string, DetailSchema>;
  required?: string[] | undefined;
  additionalProperties?: false | undefined;
}

const about = { title: z.string().max(100).optional(), description: z.string().max(500).optional() };

const textual = z.strictObject({
  type: z.literal('string'),
  ...about,
  maxLength: z.int().min(1).max(most.string).optional(),
  enum: z.array(z.string().max(most.string)).min(1).max(100).optional(),
});
const numeric = z.strictObject({
  type: z.enum(['number', 'integer']),
  ...about,
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
const flag = z.strictObject({ type: z.literal('boolean'), ...about });

function anyOf(depth: number): z.ZodType<DetailSchema> {
  if (depth === 0) return z.union([textual, numeric, flag]) as z.ZodType<DetailSchema>;
  const list = z.strictObject({
    type: z.literal('array'),
    ...about,
    items: anyOf(depth - 1),
    maxItems: z.int().min(1).max(most.items).optional(),
  });
  return z.union([textual, numeric, flag, list, objectOf(depth)]) as z.ZodType<DetailSchema>;
}

function objectOf(depth: number) {
  return z
    .strictObject({
      type: z.literal('object'),
      ...about,
      properties: z.record(z.string().regex(name, 'must be a name'), anyOf(depth - 1)),
      required: z.array(z.string()).optional(),
      additionalProperties: z.literal(false).optional(),
    })
    .refine(({ properties }) => Object.keys(properties).length <= most.fields, 'has too many fields')
    .refine(
      ({ properties, required = [] }) => required.every((field) => Object.hasOwn(properties, field)),
      'requires a field that it does not have',
    );
}

/** Of all that stands beside `type`, which is told apart already. */
const ofDetails = objectOf(most.depth).refine(
  ({ properties }) => !Object.hasOwn(properties, 'type'),
  'must not say anything of type',
);

/** A JSON schema of such details. */
export const detailSchema = z.record(z.string(), z.unknown()).superRefine((schema, context) => {
  for (const { path, message } of ofDetails.safeParse(schema).error?.issues ?? [])
    context.addIssue({ code: 'custom', path, message });
});
/** What a page shows whole: nothing hides, and nothing turns what stands beside it around. */
const plain = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;

/** Whether details are as their type says: everything it requires, and nothing that it does not name. */
export function fits(schema: Record<string, unknown>, { type: _, ...details }: { type: string }): boolean {
  return validatorOf(schema as unknown as DetailSchema).safeParse(details).success;
}

function validatorOf(schema: DetailSchema): z.ZodType {
  switch (schema.type) {
    case 'string':
      return schema.enum
        ? z.enum(schema.enum)
        : z
            .string()
            .max(schema.maxLength ?? most.string)
            .regex(plain);
    case 'boolean':
      return z.boolean();
    case 'array':
      return z.array(validatorOf(schema.items)).max(schema.maxItems ?? most.items);
    case 'object': {
      const { properties, required = [] } = schema;
      const fields = Object.entries(properties).map(([field, each]) => [
        field,
        required.includes(field) ? validatorOf(each) : validatorOf(each).exactOptional(),
      ]);
      return z.strictObject(Object.fromEntries(fields));
    }
    default: {
      const { minimum = -Infinity, maximum = Infinity } = schema;
      const number = schema.type === 'integer' ? z.int() : z.number();
      return number.min(minimum).max(maximum);
    }
  }
}
