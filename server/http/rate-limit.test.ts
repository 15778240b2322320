import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { startApplication } from '../testing/http-fixture.ts';
import { countAttempt, createMemoryLimiter, type Limiter, limitByAddress } from './rate-limit.ts';

const start = (limiter: Limiter) =>
  startApplication(
    (app) =>
      app.use(limitByAddress({ people: limiter, apps: limiter, userCodes: unlimited })).use((ctx) => {
        ctx.body = 'ok';
      }),
    { trustedProxies: ['127.0.0.1/32'] },
  );

const unlimited = createMemoryLimiter({ attempts: 1_000_000, seconds: 60 });

const startPerAccount = (limiter: Limiter) =>
  startApplication(
    (app) =>
      app.use(async (ctx) => {
        await countAttempt(ctx, limiter, ctx.path);
        ctx.body = 'ok';
      }),
    { trustedProxies: ['127.0.0.1/32'] },
  );

const from = (address: string, method = 'POST') => ({
  method,
  headers: { 'X-Forwarded-For': address, 'Sec-Fetch-Site': 'same-origin' },
});

describe('rate limits', () => {
  it('O26 answer 429 with Retry-After once an address tried too often', async () => {
    await using app = await start(createMemoryLimiter({ attempts: 3, seconds: 60 }));
    for (let i = 0; i < 3; i += 1) assert.equal((await app.send('/', from('192.0.2.1'))).status, 200);
    const { status, headers, body } = await app.send('/', from('192.0.2.1'));
    assert.deepEqual([status, JSON.parse(body).error], [429, 'too_many_requests']);
    assert.ok(Number(headers['retry-after']) > 0 && Number(headers['retry-after']) <= 60);
  });

  it('do not count reading', async () => {
    await using app = await start(createMemoryLimiter({ attempts: 1, seconds: 60 }));
    for (let i = 0; i < 5; i += 1) assert.equal((await app.send('/', from('192.0.2.1', 'GET'))).status, 200);
  });

  it('O26 count the beginnings of sign-ins, which leave a record', async () => {
    await using app = await start(createMemoryLimiter({ attempts: 1, seconds: 60 }));
    await app.send('/auth', from('192.0.2.1', 'GET'));
    for (const path of ['/auth', '/interaction/1', '/interaction/1/sign-up', '/Interaction/1/'])
      assert.equal((await app.send(path, from('192.0.2.1', 'GET'))).status, 429);
  });

  it('O26 let a server that asks tokens for many people go on, and people beside it', async () => {
    const limiters = {
      people: createMemoryLimiter({ attempts: 1, seconds: 60 }),
      apps: createMemoryLimiter({ attempts: 3, seconds: 60 }),
      userCodes: unlimited,
    };
    await using app = await startApplication((a) =>
      a.use(limitByAddress(limiters)).use((ctx) => {
        ctx.body = 'ok';
      }),
    );
    const statuses = [];
    for (const path of ['/token', '/token/introspection', '/token', '/token', '/interaction/1/login'])
      statuses.push((await app.send(path, from('192.0.2.1'))).status);
    assert.deepEqual(statuses, [200, 200, 200, 429, 200]);
  });

  it('O26 count codes of devices that are typed, apart from what people do else', async () => {
    const userCodes = createMemoryLimiter({ attempts: 2, seconds: 60 });
    await using app = await startApplication((a) =>
      a.use(limitByAddress({ people: unlimited, apps: unlimited, userCodes })).use((ctx) => {
        ctx.body = 'ok';
      }),
    );
    const statuses = [];
    for (const path of ['/device', '/device', '/device', '/device/auth', '/interaction/1/login'])
      statuses.push((await app.send(path, from('192.0.2.1'))).status);
    assert.deepEqual(statuses, [200, 200, 429, 200, 200]);
  });

  it('O26 count a /64 of IPv6 as one address', async () => {
    await using app = await start(createMemoryLimiter({ attempts: 2, seconds: 60 }));
    const statuses = [];
    for (const host of ['1', '2', '3'])
      statuses.push((await app.send('/', from(`2001:db8::${host}`))).status);
    assert.deepEqual(statuses, [200, 200, 429]);
    assert.equal((await app.send('/', from('2001:db8:0:1::1'))).status, 200);
  });

  it('O26 let the victim in from elsewhere while somebody tries an account in vain', async () => {
    await using app = await startPerAccount(createMemoryLimiter({ attempts: 2, seconds: 60 }));
    for (let i = 0; i < 10; i += 1) await app.send('/victim', from('192.0.2.1'));
    assert.equal((await app.send('/victim', from('192.0.2.1'))).status, 429);
    assert.equal((await app.send('/victim', from('198.51.100.7'))).status, 200);
    assert.equal((await app.send('/other', from('192.0.2.1'))).status, 200);
  });

  it('O26 a stranger cannot choose the address that is counted', async () => {
    await using app = await startApplication((a) =>
      a.use(
        limitByAddress({
          people: createMemoryLimiter({ attempts: 1, seconds: 60 }),
          apps: unlimited,
          userCodes: unlimited,
        }),
      ),
    );
    await app.send('/', from('192.0.2.1'));
    assert.equal((await app.send('/', from('192.0.2.2'))).status, 429);
  });

  it('O26 remember so many addresses and no more, forgetting the oldest', async () => {
    const limiter = createMemoryLimiter({ attempts: 1, seconds: 60 }, 10);
    for (let i = 0; i < 11; i += 1) await limiter.consume(`key ${i}`);
    await limiter.consume('key 0');
    await assert.rejects(limiter.consume('key 10'));
  });

  it('begin anew when the time is over', async () => {
    const limiter = createMemoryLimiter({ attempts: 1, seconds: 0.05 });
    await limiter.consume('a');
    await assert.rejects(limiter.consume('a'));
    await new Promise((resolve) => setTimeout(resolve, 80));
    await limiter.consume('a');
  });

  it('take any limiter of rate-limiter-flexible, and are closed when it fails', async () => {
    await using app = await start(new RateLimiterMemory({ points: 1, duration: 60 }));
    assert.deepEqual(
      [(await app.send('/', from('192.0.2.1'))).status, (await app.send('/', from('192.0.2.1'))).status],
      [200, 429],
    );
    await using broken = await start({ consume: () => Promise.reject(new Error('away')) });
    assert.equal((await broken.send('/', from('192.0.2.1'))).status, 503);
  });
});
