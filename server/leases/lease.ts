/** Who does a job that only one instance may do at a time. */
export interface Lease {
  /** The job. */
  id: string;
  /** Of an instance, random. */
  owner: string;
  /** Epoch milliseconds. Whoever dies with the lease holds others up until then, and no longer. */
  until: number;
  /** Grows each time the lease is given: what bears a smaller number comes from somebody who holds it no more. */
  fence: number;
}

export interface LeaseRepository {
  /** Gives the lease where nobody else holds it at `now`, or prolongs it for its owner; of many at once one gets it. */
  acquire(lease: Omit<Lease, 'fence'>, now: number): Promise<Lease | undefined>;
  /** Gives it back early, where this owner still holds it. */
  release(id: string, owner: string): Promise<void>;
}
