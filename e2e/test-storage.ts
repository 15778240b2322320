import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mongoose from 'mongoose';

interface TestStorage {
  /** The settings that choose it. */
  settings: Record<string, string>;
  remove(): Promise<void>;
}

/** A storage of its own for one server: a file in its data folder, or a database of TEST_MONGO_URL. */
export async function openTestStorage(engine: 'sqlite' | 'mongodb', dataDir: string): Promise<TestStorage> {
  if (engine === 'sqlite') return { settings: {}, remove: async () => {} };
  const { TEST_MONGO_URL } = process.env;
  if (!TEST_MONGO_URL) throw new Error('TEST_MONGO_URL is not set');
  const url = new URL(TEST_MONGO_URL);
  url.pathname = `/latchkey-e2e-${randomBytes(6).toString('hex')}`;
  const secretFile = join(dataDir, 'installation-secret');
  await writeFile(secretFile, randomBytes(32).toString('base64url'), { mode: 0o600 });
  return {
    settings: { LATCHKEY_STORAGE: url.href, LATCHKEY_SECRET_FILE: secretFile },
    async remove() {
      const connection = await mongoose.createConnection(url.href).asPromise();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
