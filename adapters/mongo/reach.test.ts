import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createConnection } from 'mongoose';
import { accountSample, passkeySample } from '../storage.contract/samples.ts';
import { openMongo } from './open.ts';
import { withMongo } from './testing.ts';

describe('what the credentials of one side read of the other', () =>
  withMongo(({ url }) => {
    it('is told by the name of the database, and is none of its own', async () => {
      const other = new URL(url);
      other.pathname = `${other.pathname}-other`;
      const options = { role: 'command', schema: 'migrate', waitUntilReady: true } as const;
      await using own = await openMongo({ url, ...options });
      await using beside = await openMongo({ url: other.href, ...options });
      const name = other.pathname.slice(1);
      assert.equal((await own.readableElsewhere?.())?.includes(name), false, 'nothing is there yet');
      after(async () => {
        const connection = await createConnection(other.href).asPromise();
        await connection.dropDatabase();
        await connection.close();
      });
      await own.accounts.insert(accountSample());
      await beside.passkeys.insert(passkeySample());
      // The server of these tests has no rights within itself: there the answer must be this one.
      const readable = (await own.readableElsewhere?.()) ?? [];
      assert.equal(readable.includes(name), true);
      assert.equal(readable.includes(new URL(url).pathname.slice(1)), false);
    });
  }));
