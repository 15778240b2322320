import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startProxy, withMongo } from '../../adapters/mongo/testing.ts';
import { makeSigningKey } from '../oidc/keys.ts';
import { generateRoot } from '../secret/secret.ts';
import { createBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import {
  answering,
  createProcessInstallation,
  type ProcessInstallation,
  type StartOptions,
} from '../testing/faulty-process.ts';
import { addApp, enrol, getCode } from '../testing/faulty-steps.ts';
import { beginAuthorization } from '../testing/journeys.ts';

describe('a start that cannot be', () => {
  onEachEngine((settings) => {
    let installation: ProcessInstallation;

    before(async () => {
      installation = await createProcessInstallation(settings);
      await using _server = await installation.start();
    });
    after(() => installation?.[Symbol.asyncDispose]());

    /** Starts a server that ends by itself, and checks that it changed nothing. */
    async function refused(saying: RegExp, options: StartOptions = {}): Promise<void> {
      const { signingKeys, installation: record } = installation.storage;
      const stored = async () => JSON.stringify([await record.find(), await signingKeys.list()]);
      const before = await stored();
      await using server = await installation.start({ ...options, ready: false });
      const { code } = await server.exited;
      assert.equal(code, 1, server.output());
      assert.match(server.output(), saying);
      assert.doesNotMatch(server.output(), /"event":"ready"|"msg":"ready"/);
      assert.equal(await stored(), before);
    }

    it('F24 refuses another secret, and says so', async () => {
      await refused(/made with another installation secret/, {
        settings: { LATCHKEY_SECRET: generateRoot() },
      });
    });

    it('F24 refuses a signing key that does not open, names it, and makes no other one', async () => {
      const { signingKeys } = installation.storage;
      const [first] = await signingKeys.list();
      assert.ok(first);
      const staged = { ...first, id: 'staged', generation: 2, status: 'next' as const };
      const retired = { ...first, id: 'retired', generation: 3, status: 'retired' as const };
      for (const key of [staged, retired, first]) {
        await signingKeys.remove(key.id);
        await signingKeys.insert({ ...key, sealedJwk: `${key.sealedJwk.slice(0, -8)}AAAAAAAA` });
        await refused(new RegExp(`signing key ${key.id} cannot be opened`));
        await signingKeys.remove(key.id);
      }
      const next = await makeSigningKey(first.alg, installation);
      await signingKeys.insert({ ...next, generation: 2, status: 'next', createdAt: first.createdAt });
      await refused(new RegExp(`no key that signs ${first.alg}`));
      await signingKeys.remove(next.id);
      await signingKeys.insert(first);
      await using _server = await installation.start();
    });
  });

  it('F24 refuses a damaged secret file, and leaves it as it is', async () => {
    await using installation = await createProcessInstallation();
    const file = join(installation.config.dataDir, 'secret');
    await writeFile(file, 'damaged');
    await using server = await installation.start({ ready: false });
    assert.equal((await server.exited).code, 1);
    assert.match(server.output(), /secret.* is damaged/);
    assert.equal(await readFile(file, 'utf8'), 'damaged');
  });

  it('refuses a second server on one SQLite file, and names the file', async () => {
    await using installation = await createProcessInstallation();
    await using first = await installation.start();
    await using second = await installation.start({ ready: false });
    assert.equal((await second.exited).code, 1);
    assert.match(second.output(), /another server is using .*latchkey\.sqlite/);
    await answering(first, '/health/ready');
  });
});

describe('a server without its MongoDB', () =>
  withMongo(({ url, urlOn, ...server }) => {
    const secret = { LATCHKEY_SECRET: generateRoot() };

    it('F29 is live and not ready, says 503, and becomes ready alone', async () => {
      const closed = await startProxy(server);
      await closed[Symbol.asyncDispose]();
      await using installation = await createProcessInstallation({ LATCHKEY_STORAGE: url, ...secret });
      const away = { LATCHKEY_STORAGE: urlOn(closed.port) };
      await using instance = await installation.start({ settings: away, ready: 'live' });
      const get = (path: string) => fetch(instance.address + path, { headers: { accept: 'text/html' } });
      assert.equal((await get('/health/ready')).status, 503);
      for (const path of ['/account', '/jwks', '/.well-known/openid-configuration']) {
        const answer = await get(path);
        assert.equal(answer.status, 503);
        assert.ok(Number(answer.headers.get('retry-after')) > 0);
      }
      assert.match((await get('/account')).headers.get('content-type') ?? '', /html/);
      await using _proxy = await startProxy(server, closed.port);
      await answering(instance, '/health/ready');
      assert.equal(((await (await get('/jwks')).json()) as { keys: object[] }).keys.length, 3);
      assert.equal((await get('/.well-known/openid-configuration')).status, 200);
    });

    it('F20 takes no request before it can serve it, where MongoDB is there', async () => {
      await using installation = await createProcessInstallation({ LATCHKEY_STORAGE: url, ...secret });
      await using instance = await installation.start({ ready: false });
      let first: Response | undefined;
      for (const until = Date.now() + 20_000; !first && Date.now() < until; )
        first = await fetch(`${instance.address}/jwks`).catch(() => undefined);
      assert.equal(first?.status, 200, instance.output());
      assert.doesNotMatch(instance.output(), /waiting for the storage/);
    });

    it('F6 answers 503 within seconds when MongoDB goes silent, and F21 stops in time', async (test) => {
      await using proxy = await startProxy(server);
      await using installation = await createProcessInstallation({ LATCHKEY_STORAGE: url, ...secret });
      await using instance = await installation.start({
        settings: { LATCHKEY_STORAGE: urlOn(proxy.port) },
      });
      const browser = createBrowser(installation.origin);
      const party = await addApp(installation);
      const { url: request } = await beginAuthorization(party);
      proxy.silence();
      const begin = Date.now();
      const answers = await Promise.all([
        browser.get(request),
        browser.submit('/token', { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'none' }),
      ]);
      const seconds = (Date.now() - begin) / 1000;
      test.diagnostic(`answered after ${seconds} s`);
      assert.ok(seconds < 12, String(seconds));
      for (const { status, location, text } of answers)
        assert.ok(status === 503 || location?.includes('temporarily_unavailable'), `${status} ${text}`);
      for (const path of ['/jwks', '/.well-known/openid-configuration', '/health/live'])
        assert.equal((await browser.get(path)).status, 200, path);
      assert.equal((await browser.get('/health/ready')).status, 503);
      const stopping = Date.now();
      instance.signal('SIGTERM');
      await instance.exited;
      assert.ok(Date.now() - stopping < 10_000);
    });

    it('is used again by the same people when it is back', async () => {
      await using proxy = await startProxy(server);
      await using installation = await createProcessInstallation({ LATCHKEY_STORAGE: url, ...secret });
      await using instance = await installation.start({
        settings: { LATCHKEY_STORAGE: urlOn(proxy.port) },
      });
      const browser = createBrowser(installation.origin);
      const { link } = await installation.administration.people.setupLink({});
      await enrol(browser, link.url, { name: 'Ada', userName: 'ada' });
      const party = await addApp(installation);
      proxy.silence();
      assert.equal((await browser.get('/account')).status, 503);
      proxy.resume();
      await answering(instance, '/health/ready');
      browser.cookies.clear();
      const { url: request } = await beginAuthorization(party);
      assert.ok((await getCode(browser, request)).searchParams.get('code'));
    });
  }));
