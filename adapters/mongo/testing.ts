import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, it } from 'node:test';
import { createConnection } from 'mongoose';

/** A database of its own on the server that the tests may use. */
export interface TestDatabase {
  url: string;
  /** Host and port of the server. */
  host: string;
  port: number;
  /** The same database by way of another port, such as a proxy's. */
  urlOn(port: number): string;
}

/**
 * Declares tests that need MongoDB: with a database of a random name, dropped afterwards. Without TEST_MONGO_URL
 * it says so, and where CI is set that is a failure.
 */
export function withMongo(declare: (database: TestDatabase) => void): void {
  const server = process.env.TEST_MONGO_URL;
  if (server) {
    const database = testDatabase(server);
    after(() => drop(database.url));
    declare(database);
    return;
  }
  it('tells that MongoDB was left out', () => {
    console.log('MongoDB was left out: TEST_MONGO_URL is not set.');
    assert.ok(!process.env.CI, 'TEST_MONGO_URL must be set where CI is set');
  });
}

function testDatabase(server: string): TestDatabase {
  const url = new URL(server);
  url.pathname = `/latchkey_test_${randomBytes(6).toString('hex')}`;
  const urlOn = (port: number) => {
    const other = new URL(url);
    other.port = String(port);
    return other.href;
  };
  return { url: url.href, host: url.hostname, port: Number(url.port || 27017), urlOn };
}

async function drop(url: string): Promise<void> {
  const connection = await createConnection(url).asPromise();
  await connection.dropDatabase();
  await connection.close();
}
