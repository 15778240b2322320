import type { AttributeDefinition, AttributeDefinitionRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';

export function createAttributeDefinitions(db: Database): AttributeDefinitionRepository {
  const insert = db.change('INSERT INTO attributeDefinitions (id, revision, record) VALUES (?, ?, ?)');
  const update = db.change(
    'UPDATE attributeDefinitions SET revision = ?, record = ? WHERE id = ? AND revision = ?',
  );
  const remove = db.change('DELETE FROM attributeDefinitions WHERE id = ?');
  const list = db.many<AttributeDefinition>(
    "SELECT record FROM attributeDefinitions WHERE id > '' ORDER BY id",
  );
  return {
    async insert(definition) {
      await insert(definition.id, definition.revision, JSON.stringify(definition));
    },
    list: () => list(),
    async update(definition, expectedRevision) {
      const next = { ...definition, revision: expectedRevision + 1 };
      return (await update(next.revision, JSON.stringify(next), next.id, expectedRevision)) === 1;
    },
    remove: async (id) => (await remove(id)) === 1,
  };
}
