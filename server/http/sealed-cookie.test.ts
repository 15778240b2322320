import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSecret, generateRoot } from '../secret/secret.ts';
import { startApplication } from '../testing/http-fixture.ts';
import { createSealedCookie } from './sealed-cookie.ts';

const secret = createSecret(generateRoot());

async function start(keys = secret) {
  const clock = { now: 1_000_000 };
  const of = (name: string) =>
    createSealedCookie<{ name: string }>({ secret: keys, now: () => clock.now }, { name, minutes: 10 });
  const [profile, other] = [of('profile'), of('other')];
  const app = await startApplication((koa) =>
    koa.use((ctx) => {
      if (ctx.path === '/set') profile.set(ctx, { name: 'Ada Lovelace' });
      if (ctx.path === '/clear') profile.clear(ctx);
      ctx.body = { profile: profile.read(ctx), other: other.read(ctx) };
    }),
  );
  const cookies = async (path: string) => (await app.send(path)).headers['set-cookie'] ?? [];
  const read = async (cookie: string) =>
    JSON.parse((await app.send('/', { headers: { Cookie: cookie } })).body);
  return { clock, cookies, read, [Symbol.asyncDispose]: app[Symbol.asyncDispose] };
}

const joined = (cookies: readonly string[]) => cookies.map((cookie) => cookie.split(';')[0]).join('; ');

describe('a sealed cookie', () => {
  it('comes back, and nobody on the way can read it', async () => {
    await using app = await start();
    const cookies = joined(await app.cookies('/set'));
    assert.doesNotMatch(Buffer.from(cookies, 'base64url').toString('latin1') + cookies, /Ada|Lovelace/);
    assert.deepEqual(await app.read(cookies), { profile: { name: 'Ada Lovelace' } });
  });

  it('is over after its minutes, even if the browser keeps it', async () => {
    await using app = await start();
    const cookies = joined(await app.cookies('/set'));
    app.clock.now += 10 * 60_000;
    assert.deepEqual(await app.read(cookies), {});
  });

  it('O13 is ignored under another name, changed, or sealed with another secret', async () => {
    await using app = await start();
    const cookies = joined(await app.cookies('/set'));
    assert.deepEqual(await app.read(cookies.replaceAll('latchkey_profile', 'latchkey_other')), {});
    assert.deepEqual(await app.read(cookies.replace('=v1.', '=v2.')), {});
    await using elsewhere = await start(createSecret(generateRoot()));
    assert.deepEqual(await elsewhere.read(cookies), {});
  });
});
