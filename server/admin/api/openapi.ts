/** The OpenAPI 3.1 document of the administration's API, out of the table of operations. */
import { z } from 'zod';
import { type ApiScope, apiScopes } from '../../apps/api-scopes.ts';
import { type ErrorCode, errorTable } from '../../errors.ts';
import type { Operation } from '../operation.ts';
import { operations } from '../operations.ts';

type Schema = Record<string, unknown>;

export interface ApiOperation {
  /** `people.show`. */
  id: string;
  area: string;
  method: string;
  /** Below `/api/v1`, with names in braces. */
  path: string;
  operation: Operation;
}

/** Every operation that the API has, in the order of the table. */
export const apiOperations: readonly ApiOperation[] = Object.entries(operations).flatMap(([area, named]) =>
  Object.entries<Operation>(named)
    .filter(([, { onlyHere }]) => !onlyHere)
    .map(([name, operation]) => {
      const [method = '', path = ''] = operation.http.split(' ');
      return { id: `${area}.${name}`, area, method, path, operation };
    }),
);

/** Answers that any operation may give. */
const always: readonly ErrorCode[] = [
  'field_invalid',
  'token_invalid',
  'forbidden',
  'too_many_requests',
  'unavailable',
];

export const errorsOf = ({ operation }: ApiOperation): readonly ErrorCode[] => [
  ...new Set([...always, ...(operation.errors ?? [])]),
];

export const pathNames = (path: string): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

export function openApi({ issuer, version }: { issuer: string; version: string }): Schema {
  const schemas: Record<string, Schema> = { Problem: problemSchema };
  const paths: Record<string, Record<string, Schema>> = {};
  for (const each of apiOperations) {
    const path = paths[each.path] ?? {};
    path[each.method.toLowerCase()] = operationObject(each, schemas);
    paths[each.path] = path;
  }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Latchkey administration',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `${issuer}/api/v1` }],
    security: [{ oauth2: [] }],
    tags: Object.keys(operations).map((name) => ({ name })),
    paths,
    components: { schemas, securitySchemes: { oauth2: securityScheme(issuer) } },
  };
}

function operationObject(each: ApiOperation, schemas: Record<string, Schema>): Schema {
  const { id, area, method, operation } = each;
  const input = schemaOf(operation.input, 'input', schemas);
  const { inPath, inQuery, inHeader, inBody } = placesOf(each, input);
  return {
    operationId: id,
    tags: [area],
    summary: operation.summary,
    ...(operation.description && { description: operation.description }),
    security: [{ oauth2: [operation.scope] }],
    ...parameters([...inPath, ...inQuery, ...inHeader, ...(method === 'POST' ? [idempotencyKey] : [])]),
    ...(inBody && { requestBody: { required: true, content: { 'application/json': { schema: inBody } } } }),
    responses: {
      200: {
        description: 'Done.',
        content: { 'application/json': { schema: schemaOf(operation.output, 'output', schemas) } },
      },
      ...Object.fromEntries(problemResponses(each)),
    },
  };
}

/** Every field of an input in words. */
export function inputFields(each: ApiOperation) {
  const input = schemaOf(each.operation.input, 'input', {});
  const { inPath, inQuery, inHeader, inBody } = placesOf(each, input);
  const body = Object.entries(inBody?.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'body',
    required: inBody?.required?.includes(name) ?? false,
    schema,
  }));
  return [...inPath, ...inQuery, ...body, ...inHeader].map(({ name, in: place, required, schema }) => ({
    name,
    place,
    required,
    about: aboutOf(schema),
  }));
}

function aboutOf(schema: Schema | undefined): string {
  const { description, type, enum: values, anyOf, default: byDefault } = schema ?? {};
  const kinds = Array.isArray(anyOf)
    ? anyOf.map((each: Schema) => each.type).filter(Boolean)
    : [type].filter(Boolean);
  const choice = Array.isArray(values) ? values.join(', ') : kinds.join(' or ');
  const told = byDefault === undefined ? '' : `Default: ${JSON.stringify(byDefault)}.`;
  return [description, choice && `${choice}.`, told].filter(Boolean).join(' ');
}

const parameters = (list: readonly Schema[]) => (list.length > 0 ? { parameters: list } : {});

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Asked again with the same key within 24 hours, the first answer comes back and nothing is done twice.',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
};

interface Described {
  properties?: Record<string, Schema>;
  required?: string[];
}

/** Which field of an input stands where in the request. */
function placesOf({ method, path }: ApiOperation, { properties = {}, required = [], ...rest }: Described) {
  const named = pathNames(path);
  const fields = Object.keys(properties).filter((name) => !named.includes(name));
  const parameter = (place: string) => (name: string) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: properties[name],
  });
  const inHeader = fields.includes('revision') ? [ifMatch(properties.revision)] : [];
  const others = fields.filter((name) => name !== 'revision');
  const inPath = named.map(parameter('path'));
  if (method === 'GET' || method === 'DELETE')
    return { inPath, inHeader, inQuery: others.map(parameter('query')), inBody: undefined };
  const body = {
    ...rest,
    properties: Object.fromEntries(others.map((name) => [name, properties[name]])),
    ...(required.length > 0 && { required: required.filter((name) => others.includes(name)) }),
  };
  return { inPath, inHeader, inQuery: [], inBody: others.length > 0 ? body : undefined };
}

const ifMatch = (schema: Schema | undefined) => ({
  name: 'If-Match',
  in: 'header',
  required: false,
  description: schema?.description,
  schema: { type: 'string', pattern: '^"[0-9]+"$' },
});

function* problemResponses(each: ApiOperation): Generator<[string, Schema]> {
  const byStatus = Map.groupBy(errorsOf(each), (code) => errorTable[code].status);
  for (const [status, codes] of byStatus)
    yield [
      String(status),
      {
        description: codes.map((code) => `\`${code}\`: ${errorTable[code].message}`).join('\n'),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ];
}

/** RFC 9457. */
const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(errorTable) },
    detail: { type: 'string', description: 'Why, in words, to who was let in.' },
    field: { type: 'string', description: 'The input at fault.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
    requestId: { type: 'string' },
  },
};

function securityScheme(issuer: string) {
  const scopes = Object.fromEntries(apiScopes.map((scope): [ApiScope, string] => [scope, scope]));
  return {
    type: 'oauth2',
    flows: {
      clientCredentials: { tokenUrl: `${issuer}/token`, scopes },
      authorizationCode: { authorizationUrl: `${issuer}/auth`, tokenUrl: `${issuer}/token`, scopes },
    },
  };
}

/** JSON Schema of one side; what has a name of its own goes to the components. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, Schema>): Described {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema;
  const {
    $schema: _,
    $defs = {},
    ...rest
  } = JSON.parse(JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/'));
  for (const [name, part] of Object.entries<Schema>($defs)) {
    const { $schema: _s, id: _id, ...plain } = part;
    schemas[name] = plain;
  }
  return rest;
}
