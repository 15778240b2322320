import type { Lease, LeaseRepository } from '../../server/storage.ts';
import { isDuplicateKey } from './errors.ts';
import type { Link } from './link.ts';

type StoredLease = Omit<Lease, 'id'> & { _id: string };

export function createLeases({ connection, run }: Link): LeaseRepository {
  const leases = () => connection.collection<StoredLease>('leases');

  /** Where somebody holds the lease its record is there, and the insert meets it. */
  async function insertFirst(lease: StoredLease): Promise<number | undefined> {
    try {
      await leases().insertOne(lease);
      return lease.fence;
    } catch (error) {
      if (isDuplicateKey(error)) return undefined;
      throw error;
    }
  }

  return {
    acquire: ({ id, owner, until }, now) =>
      run(async () => {
        const given = await leases().findOneAndUpdate(
          { _id: id, $or: [{ until: { $lte: now } }, { owner }] },
          { $set: { owner, until }, $inc: { fence: 1 } },
          { returnDocument: 'after' },
        );
        const fence = given ? given.fence : await insertFirst({ _id: id, owner, until, fence: 1 });
        return fence === undefined ? undefined : { id, owner, until, fence };
      }),
    release: (id, owner) =>
      run(async () => void (await leases().updateOne({ _id: id, owner }, { $set: { until: 0 } }))),
  };
}
