import type { Collection } from './collection.ts';

/** Compare-and-set of the one field of a record that is sealed with the installation secret. */
export function createReseal<T extends { id: string }>(collection: Collection<T>, field: keyof T & string) {
  return (id: string, { from, to }: { from: string; to: string }) =>
    collection.change({ _id: id, [field]: from }, { [field]: to });
}
