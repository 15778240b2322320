import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { send, startApplication } from '../testing/http-fixture.ts';
import { createMetrics, serveMetrics } from './metrics.ts';

describe('metrics', () => {
  it('are served on a port of their own, and nothing else there', async () => {
    const { registry } = createMetrics({ collectRuntime: true });
    await using server = await serveMetrics(registry, { host: '127.0.0.1', port: 0 });
    const { status, body, headers } = await send(server.port, '/metrics', { headers: { Host: 'a' } });
    assert.equal(status, 200);
    assert.match(headers['content-type'] ?? '', /text\/plain/);
    assert.match(body, /nodejs_eventloop_lag_seconds/);
    assert.equal((await send(server.port, '/account', { headers: { Host: 'a' } })).status, 404);
  });

  it('are not served by the application', async () => {
    await using app = await startApplication(() => {});
    assert.equal((await app.send('/metrics')).status, 404);
  });

  it('count requests by class of route, however many addresses are asked for', async () => {
    const metrics = createMetrics({ collectRuntime: false });
    await using app = await startApplication(() => {}, { metrics });
    for (let i = 0; i < 30; i += 1) await app.send(`/interaction/${i}`);
    for (let i = 0; i < 30; i += 1)
      await app.send(`/random-${i}`, {
        method: i % 2 ? 'GET' : `METHOD`.slice(0, 3) === 'MET' ? 'SEARCH' : 'GET',
      });
    await app.send('/.well-known/openid-configuration');
    const text = await metrics.registry.metrics();
    const routes = new Set([...text.matchAll(/route="([^"]+)"/g)].map(([, route]) => route));
    assert.deepEqual([...routes].sort(), ['discovery', 'interaction', 'other']);
    assert.match(text, /_count\{method="GET",route="interaction",status="4xx"\} 30/);
  });

  it('tell what FIDO metadata is in force', async () => {
    const metrics = createMetrics({ collectRuntime: false });
    const standing = { no: 0, models: 0, isCurrent: false, ageDays: 0, overdueDays: 0, failures: 2 };
    metrics.watchMetadata(() => standing);
    assert.match(await metrics.registry.metrics(), /^latchkey_fido_metadata_number 0$/m);
    Object.assign(standing, { no: 291, models: 348, isCurrent: true, ageDays: 1.5, overdueDays: -3 });
    const text = await metrics.registry.metrics();
    for (const line of [
      'number 291',
      'models 348',
      'current 1',
      'age_days 1.5',
      'overdue_days -3',
      'failures 2',
    ])
      assert.match(text, new RegExp(`^latchkey_fido_metadata_${line}$`, 'm'));
  });

  it('count sign-ins by result and lost audit events', async () => {
    const metrics = createMetrics({ collectRuntime: false });
    metrics.countSignIn('succeeded');
    metrics.countSignIn('passkey_rejected');
    metrics.countLogoutNotice('given_up');
    metrics.countLostAuditEvents(3);
    const text = await metrics.registry.metrics();
    assert.match(text, /latchkey_logout_notices_total\{result="given_up"\} 1/);
    assert.match(text, /latchkey_sign_ins_total\{result="succeeded"\} 1/);
    assert.match(text, /latchkey_audit_events_lost_total 3/);
  });
});
