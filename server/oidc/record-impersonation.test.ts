import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openStorage } from '../../adapters/open.ts';
import { addApi } from '../testing/apis.ts';
import { addApp, payloadOf } from '../testing/app-under-test.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { startInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { exchange } from '../testing/token-exchange.ts';
import { impersonation } from './impersonation.ts';

describe('an impersonation that cannot be written down', () => {
  onEachEngine((engine) => {
    it('is none: the app gets nothing, and is told to try again', async () => {
      let refuses = false;
      const open: typeof openStorage = async (options) => {
        const storage = await openStorage(options);
        const { auditEvents } = storage;
        const insertMany: typeof auditEvents.insertMany = async (events) => {
          if (refuses && events.some(({ type }) => type === 'token.impersonated'))
            throw new Error('the storage is full');
          await auditEvents.insertMany(events);
        };
        return Object.assign(storage, { auditEvents: { ...auditEvents, insertMany } });
      };
      const settings = { ...engine, LATCHKEY_IMPERSONATION: 'on' };
      await using installation = await startInstallation(settings, open);
      await setUp(installation);
      const grace = await addPerson(installation, { name: 'Grace', userName: 'grace' });
      const shop = await addApp(installation, { kind: 'web' });
      const tokenExchange = { apps: [shop.id], impersonates: [shop.id] };
      const desk = await addApp(installation, { kind: 'web', tokenExchange });
      const apps = [shop, desk].map(({ id }) => ({ id, people: ['read'] }));
      const api = await addApi(installation, { apps });
      const subject = await shop.tokens(grace, { scope: 'openid read', resource: api.audience });
      const ask = () => exchange(desk, subject.access_token, { requested_token_type: impersonation });
      refuses = true;
      const { status, body, headers } = await ask();
      assert.deepEqual(
        [status, body.error, headers.get('retry-after'), body.access_token],
        [503, 'temporarily_unavailable', '5', undefined],
      );
      refuses = false;
      const again = await ask();
      assert.equal(payloadOf(String(again.body.access_token)).client_id, desk.id);
    });
  });
});
