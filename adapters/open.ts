import { type OpenStorageOptions, type Storage, StorageError } from '../server/storage.ts';

/**
 * Opens the engine that the address names. Engines are loaded on demand: SQLite starts without mongoose.
 *
 * @throws StorageError
 */
export async function openStorage(options: OpenStorageOptions): Promise<Storage> {
  if (options.url.startsWith('sqlite:')) {
    const { openSqlite } = await import('./sqlite/open.ts');
    return openSqlite(options);
  }
  if (/^mongodb(\+srv)?:\/\//.test(options.url)) {
    const { openMongo } = await import('./mongo/open.ts');
    return openMongo(options);
  }
  throw new StorageError(
    'unreachable',
    'a storage address begins with sqlite:, mongodb:// or mongodb+srv://',
  );
}
