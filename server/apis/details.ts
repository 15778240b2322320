/** Authorization details (RFC 9396 §2), held against the types that an API has. */
import type { Api, DetailType } from './api.ts';
import { type DetailSchema, fits } from './detail-schema.ts';

export interface Detail {
  type: string;
  [field: string]: unknown;
}

/** Whether an app may ask people for these at an API. `locations`, where a type has them, must name it (§2.2). */
export function belongsTo(api: Api, appId: string, detail: Detail): boolean {
  const type = typeOf(api, appId, detail);
  const { locations } = detail;
  const isHere = !Array.isArray(locations) || locations.includes(api.audience);
  return type !== undefined && isHere && fits(type.schema, detail);
}

function typeOf(api: Api, appId: string, { type }: Detail): DetailType | undefined {
  const allowed = api.apps.find(({ id }) => id === appId)?.details ?? [];
  return allowed.includes(type) ? api.detailTypes?.find((each) => each.type === type) : undefined;
}

/** Details as people read them: a sentence, and every field with its value. */
export interface ReadDetail {
  sentence: string;
  fields: { label: string; value: string | number | boolean }[];
}

export function readDetail(api: Api, appId: string, detail: Detail): ReadDetail | undefined {
  const type = typeOf(api, appId, detail);
  if (!type || !belongsTo(api, appId, detail)) return undefined;
  const { type: _, ...values } = detail;
  return { sentence: type.sentence, fields: fieldsOf('', type.schema as unknown as DetailSchema, values) };
}

/** In the order of the schema; of lists each one by its number. */
function fieldsOf(label: string, schema: DetailSchema, value: unknown): ReadDetail['fields'] {
  if (schema.type === 'object')
    return Object.entries(schema.properties).flatMap(([name, each]) => {
      const within = (value as Record<string, unknown>)[name];
      const title = `${label && `${label}, `}${each.title ?? name}`;
      return within === undefined ? [] : fieldsOf(title, each, within);
    });
  if (schema.type === 'array')
    return (value as unknown[]).flatMap((each, index) =>
      fieldsOf(`${label} ${index + 1}`, schema.items, each),
    );
  return [{ label, value: value as string | number | boolean }];
}
