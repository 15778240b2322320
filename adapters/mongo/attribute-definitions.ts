import type { AttributeDefinition, AttributeDefinitionRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import { type Link, operator } from './link.ts';
import type { RecordKind } from './record-model.ts';

const attributeKind: RecordKind<AttributeDefinition> = {
  name: 'attributeDefinitions',
  fields: {
    label: String,
    // A field of this name: by itself it would be mongoose's own word.
    type: { type: String },
    description: String,
    createdAt: Number,
    updatedAt: Number,
    revision: Number,
  },
};

export function createAttributeDefinitions(link: Link): AttributeDefinitionRepository {
  const definitions = createCollection(link, attributeKind);
  return {
    insert: (definition) => definitions.insert(definition),
    list: () => definitions.many({ _id: operator({ $gt: '' }) }, { sort: { _id: 1 } }),
    update: (definition, expectedRevision) =>
      definitions.replace(
        { _id: definition.id, revision: expectedRevision },
        { ...definition, revision: expectedRevision + 1 },
      ),
    remove: async (id) => (await definitions.remove({ _id: id })) === 1,
  };
}
