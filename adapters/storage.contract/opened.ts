import { after, before } from 'node:test';
import type { Storage } from '../../server/storage.ts';

/** Opens the same database each time. */
export type Open = () => Promise<Storage>;

/** One storage for all tests of a `describe`; it is closed after them. */
export function openedOnce(open: Open): () => Storage {
  let storage: Storage | undefined;
  before(async () => {
    storage = await open();
  });
  after(() => storage?.[Symbol.asyncDispose]());
  return () => {
    if (!storage)
      throw new Error('the storage is opened before the first test, not while tests are declared');
    return storage;
  };
}
