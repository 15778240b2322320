/** What one side's credentials reach of the other side's records. */
import { z } from 'zod';
import { NoMeansError, type Probe, probe } from './verify.ts';

export interface StorageContext {
  /** The provider's. */
  storage: {
    passkeys: { isEmpty(): Promise<boolean> };
    /** Absent where a storage is one file. */
    readableElsewhere?: () => Promise<string[]>;
  };
  /** Absent where both sides are in one process. */
  manager?: object;
}

const leastPrivilege = probe<StorageContext, { user: string; database: string; roles: string[] }>({
  control: 'database-least-privilege',
  kind: 'ZeroTrust',
  parameters: z.strictObject({ user: z.string(), database: z.string(), roles: z.array(z.string()) }),
  async run({ user }, { manager, storage }) {
    if (!manager) throw new NoMeansError('both sides are in one process, with one storage');
    if (user !== 'provider') throw new NoMeansError('the credentials of the passkey manager are not here');
    if (!storage.readableElsewhere)
      throw new NoMeansError('the storage is a file: the system decides who reads it');
    const others = await storage.readableElsewhere();
    const passkeys = (await storage.passkeys.isEmpty()) ? 'no passkey' : 'passkeys';
    const line = (held: string, read: string) => `holds ${held}, reads ${read}`;
    const expected = line('no passkey', 'no other database');
    const seen = line(
      passkeys,
      others.length === 0 ? 'no other database' : `${others.join(', ')}: not enforced by this server`,
    );
    return { expected, seen, matches: seen === expected };
  },
});

export const storageProbes: readonly Probe<StorageContext>[] = [leastPrivilege];
