import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { type OpenedManager, openManager } from '../testing/authenticator-ceremonies.ts';
import { passkeyAuthorizationContract } from './authorization.contract.ts';
import { passkeyManagerContract } from './manager.contract.ts';

describe('passkey manager on SQLite', () => {
  passkeyManagerContract(() => openManager());
  passkeyAuthorizationContract(() => openManager());
});

const { TEST_MONGO_URL, CI } = process.env;
if (TEST_MONGO_URL) {
  describe('passkey manager on MongoDB', () => {
    passkeyManagerContract(() => openOnMongo(TEST_MONGO_URL));
    passkeyAuthorizationContract(() => openOnMongo(TEST_MONGO_URL));
  });
} else if (CI) {
  it('runs on MongoDB', () => {
    throw new Error('TEST_MONGO_URL is not set');
  });
} else {
  console.log('passkey manager: MongoDB was left out, because TEST_MONGO_URL is not set');
}

/** In a database of its own, dropped afterwards. */
async function openOnMongo(address: string): Promise<OpenedManager> {
  const url = new URL(address);
  url.pathname = `/latchkey_passkeys_${randomBytes(6).toString('hex')}`;
  const opened = await openManager(url.href);
  return {
    ...opened,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await dropDatabase(url.href);
    },
  };
}

async function dropDatabase(url: string): Promise<void> {
  const { default: mongoose } = await import('mongoose');
  const connection = await mongoose.createConnection(url).asPromise();
  await connection.dropDatabase();
  await connection.close();
}
