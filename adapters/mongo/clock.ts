import type { Connection } from 'mongoose';
import { StorageError } from '../../server/storage.ts';

/** The server's own time, which it tells whoever greets it. @throws StorageError */
export async function readClock({ db }: Connection): Promise<number> {
  const { localTime } = (await db?.command({ hello: 1 }, { timeoutMS: 2000 })) ?? {};
  if (localTime instanceof Date) return localTime.getTime();
  throw new StorageError('unreachable', 'MongoDB does not tell its time');
}
