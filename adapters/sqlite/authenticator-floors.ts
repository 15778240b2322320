import type { AuthenticatorFloor, AuthenticatorFloorRepository } from '../../server/storage.ts';
import type { Database } from './database.ts';

export function createAuthenticatorFloors(db: Database): AuthenticatorFloorRepository {
  const insert = db.change('INSERT INTO authenticatorFloors (id, revision, record) VALUES (?, ?, ?)');
  const update = db.change(
    'UPDATE authenticatorFloors SET revision = ?, record = ? WHERE id = ? AND revision = ?',
  );
  return {
    find: db.one<AuthenticatorFloor>("SELECT record FROM authenticatorFloors WHERE id = 'floor'"),
    async insert(floor) {
      await insert(floor.id, floor.revision, JSON.stringify(floor));
    },
    async update(floor, expectedRevision) {
      const next = { ...floor, revision: expectedRevision + 1 };
      return (await update(next.revision, JSON.stringify(next), next.id, expectedRevision)) === 1;
    },
  };
}
