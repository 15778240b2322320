import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  type AddressInfo,
  createServer,
  createConnection as createTcpConnection,
  type Socket,
} from 'node:net';
import { after, it } from 'node:test';
import type { Connection } from 'mongoose';

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
  await using connected = await connect(url);
  await connected.connection.dropDatabase();
}

/** A connection beside the storage's own, to look at what it does. */
export async function connect(url: string): Promise<AsyncDisposable & { connection: Connection }> {
  // Here, so that tests without MongoDB do not load it.
  const { createConnection } = await import('mongoose');
  const connection = await createConnection(url).asPromise();
  return { connection, [Symbol.asyncDispose]: () => connection.close() };
}

/** A way to the server that can be cut, slowed down, or go silent: it takes connections and answers nothing. */
export async function startProxy(
  target: { host: string; port: number },
  port = 0,
): Promise<
  AsyncDisposable & { port: number; silence(): void; cut(): void; slow(ms: number): void; resume(): void }
> {
  const sockets = new Set<Socket>();
  let isSilent = false;
  let isCut = false;
  let lateness = 0;
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const upstream = createTcpConnection(target);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      const pass = (bytes: Buffer) => void (isSilent || to.destroyed || to.write(bytes));
      from.on('data', (bytes) => (lateness > 0 ? setTimeout(pass, lateness, bytes) : pass(bytes)));
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    /** What comes from now on, in either direction, is handed on so much later. */
    slow(ms) {
      lateness = ms;
    },
    /** Breaks every connection, and takes no new ones. */
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    silence() {
      isSilent = true;
    },
    resume() {
      isSilent = false;
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Every document of every collection, as text. */
export async function dumpDatabase(url: string): Promise<string> {
  await using connected = await connect(url);
  const { connection } = connected;
  const collections = await connection.listCollections();
  const documents = await Promise.all(
    collections.map(({ name }) => connection.collection(name).find({}).toArray()),
  );
  return JSON.stringify(documents);
}
