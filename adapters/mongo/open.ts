import { type OpenStorageOptions, type Storage, StorageError } from '../../server/storage.ts';

export async function openMongo({ url }: OpenStorageOptions): Promise<Storage> {
  throw new StorageError('unreachable', `${url} cannot be opened`);
}
