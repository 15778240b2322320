import type { AuthenticatorFloor, AuthenticatorFloorRepository } from '../../server/storage.ts';
import { createCollection } from './collection.ts';
import type { Link } from './link.ts';
import type { RecordKind } from './record-model.ts';

const floorKind: RecordKind<AuthenticatorFloor> = {
  name: 'authenticatorFloors',
  fields: { rule: Object, updatedAt: Number, revision: Number },
  readsMajority: true,
};

export function createAuthenticatorFloors(link: Link): AuthenticatorFloorRepository {
  const floors = createCollection(link, floorKind);
  return {
    find: () => floors.one({ _id: 'floor' }),
    insert: (floor) => floors.insert(floor),
    update: (floor, expectedRevision) =>
      floors.replace(
        { _id: floor.id, revision: expectedRevision },
        { ...floor, revision: expectedRevision + 1 },
      ),
  };
}
