import { z } from 'zod';
import {
  attributeFields,
  attributeTypes,
  changedAttributeDefinition,
  newAttributeDefinition,
} from '../accounts/attribute.ts';
import { AppError } from '../errors.ts';
import type { AttributeDefinition } from '../storage.ts';
import { refuseTaken } from './act-on.ts';
import type { AdminContext } from './administration.ts';
import { expectedRevision, operation } from './operation.ts';
import { at } from './shapes.ts';

const attributeShape = z
  .object({
    id: z.string().describe('The name of the claim.'),
    label: z.string(),
    type: z.enum(attributeTypes),
    description: z.string().exactOptional(),
    createdAt: at,
    updatedAt: at,
    revision: z.int(),
  })
  .meta({ id: 'Attribute' });
const id = z.string().min(1).max(100).describe('The name of the claim.');

/** What the installation keeps of people beside what everybody has. */
export const attributeOperations = {
  list: operation({
    scope: 'people:read',
    summary: 'List the attributes that people may have, in order of name',
    http: 'GET /attributes',
    input: z.strictObject({}),
    output: z.object({ items: z.array(attributeShape) }),
    run: async ({ storage }) => ({ items: await storage.attributeDefinitions.list() }),
  }),
  add: operation({
    scope: 'system:write',
    summary: 'Define an attribute; apps that list it among their claims are told it',
    http: 'POST /attributes',
    input: z.strictObject(attributeFields),
    output: attributeShape,
    changes: 'attribute.added',
    async run({ storage, now, note }, input) {
      const definition = newAttributeDefinition(input, now());
      note({ after: definition, details: { attribute: definition.id } });
      await storage.attributeDefinitions.insert(definition).catch(refuseTaken('id', 'another attribute'));
      return definition;
    },
  }),
  update: operation({
    scope: 'system:write',
    summary: 'Change how an attribute is called; its type stays',
    http: 'PATCH /attributes/{id}',
    input: z.strictObject({
      id,
      label: attributeFields.label.exactOptional(),
      description: attributeFields.description.unwrap().nullable().exactOptional(),
      revision: expectedRevision,
    }),
    output: attributeShape,
    errors: ['not_found', 'conflict'],
    changes: 'attribute.changed',
    async run(context, { id, revision, ...changes }) {
      const before = await found(context, id);
      const after = changedAttributeDefinition(before, changes, context.now());
      context.note({ before, after, details: { attribute: id } });
      if (!(await context.storage.attributeDefinitions.update(after, revision ?? before.revision)))
        throw new AppError('conflict', { detail: id });
      return after;
    },
  }),
  remove: operation({
    scope: 'system:write',
    summary: 'Remove an attribute: apps are told it no more',
    description: 'What people have of it stays until they are changed, and is told to nobody.',
    http: 'DELETE /attributes/{id}',
    input: z.strictObject({ id }),
    output: z.object({ removed: z.literal(true) }),
    errors: ['not_found'],
    changes: 'attribute.removed',
    async run(context, { id }) {
      context.note({ before: await found(context, id), details: { attribute: id } });
      await context.storage.attributeDefinitions.remove(id);
      return { removed: true as const };
    },
  }),
};

async function found({ storage }: AdminContext, id: string): Promise<AttributeDefinition> {
  const definition = (await storage.attributeDefinitions.list()).find((each) => each.id === id);
  if (!definition) throw new AppError('not_found', { field: 'id', detail: `there is no attribute "${id}"` });
  return definition;
}
