import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { apiResource } from '../apps/api-scopes.ts';
import { createKeyKeeper } from '../oidc/key-keeper.ts';
import { makeSigningKey } from '../oidc/keys.ts';
import { longestLife } from '../oidc/lifetimes.ts';
import { keyAlgorithms } from '../oidc/signing-algorithms.ts';
import { type AppUnderTest, addApp, appUnderTest } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { startInstallation, type TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { until } from '../testing/until.ts';

const algorithms = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const;
const hour = 60 * 60 * 1000;

const keySetOf = async (origin: string) => (await (await fetch(`${origin}/jwks`)).json()) as JSONWebKeySet;
const kidsOf = async (origin: string) => (await keySetOf(origin)).keys.map(({ kid = '' }) => kid);
const headerOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString());

/**
 * Resolves to the milliseconds that it took. A server follows within two seconds; a machine that does much else is slower.
 */
describe('signing keys that change', () => {
  onEachEngine((settings) => {
    const instances: TestInstallation[] = [];
    const resources = new AsyncDisposableStack();
    let installation: TestInstallation;
    let person: TestBrowser;

    before(async () => {
      installation = resources.use(await startInstallation(settings));
      instances.push(installation);
      // On MongoDB there is another server beside it.
      if (settings.LATCHKEY_STORAGE) instances.push(resources.use(await startInstallation(settings)));
      person = await setUp(installation);
    });
    after(() => resources.disposeAsync());

    const everywhere = (isSo: (origin: string) => Promise<boolean>) => async () =>
      (await Promise.all(instances.map(({ origin }) => isSo(origin)))).every(Boolean);

    /** The next keys, as they are two hours later. */
    async function stage(): Promise<string[]> {
      const { storage, secret, config } = installation;
      const stored = await storage.signingKeys.list();
      const ids: string[] = [];
      for (const alg of keyAlgorithms(config)) {
        const key = await makeSigningKey(alg, { secret });
        const generation = stored.filter((each) => each.alg === alg).length + 1;
        const createdAt = Date.now() - 2 * hour;
        await storage.signingKeys.insert({ ...key, generation, status: 'next', createdAt });
        ids.push(key.id);
      }
      return ids;
    }

    it('F22 under load: what is issued verifies with the keys that an app got before the change', async (test) => {
      const staged = await stage();
      await until(
        'every server publishes the next keys',
        everywhere(async (origin) => {
          const kids = await kidsOf(origin);
          return staged.every((id) => kids.includes(id));
        }),
      );
      const kept = createLocalJWKSet(await keySetOf(installation.origin));
      const issued: { token: string; at: number; since: number; origin: string }[] = [];
      const sets: string[][] = [];
      const load = new AbortController();
      /** One app of each algorithm, at each server, as fast as it can. */
      const work = async (at: AppUnderTest, origin: string, first: string) => {
        let refresh = first;
        while (!load.signal.aborted) {
          const since = Date.now();
          const { status, body } = await at.refresh(refresh);
          assert.equal(status, 200, JSON.stringify(body));
          refresh = String(body.refresh_token);
          issued.push({ token: String(body.id_token), since, at: Date.now(), origin });
          await delay(25);
        }
      };
      const look = async (origin: string) => {
        while (!load.signal.aborted) {
          sets.push(await kidsOf(origin));
          await delay(20);
        }
      };
      const apps = await Promise.all(
        algorithms.map((idTokenSignedResponseAlg) => addApp(installation, { idTokenSignedResponseAlg })),
      );
      const working: Promise<void>[] = [];
      for (const { origin } of instances) {
        for (const app of apps) {
          const { refresh_token: first } = await app.tokens(person);
          working.push(work(appUnderTest(origin, app), origin, first));
        }
        working.push(look(origin));
      }
      const failed = Promise.all(working);
      const isNew = (token: string) => staged.includes(headerOf(token).kid);
      const sawAll = (wanted: boolean) =>
        instances.every(({ origin }) =>
          algorithms.every((alg) =>
            issued.some(
              (each) =>
                each.origin === origin && headerOf(each.token).alg === alg && isNew(each.token) === wanted,
            ),
          ),
        );
      for (const start = Date.now(); !sawAll(false); await Promise.race([delay(50), failed]))
        assert.ok(Date.now() < start + 30_000, 'the load begins');
      const before = Date.now();
      const { signing } = await installation.administration.keys.rotate({});
      assert.deepEqual(signing.map(({ id }) => id).toSorted(), staged.toSorted());
      const took = await until('every server signs with the next keys', async () => sawAll(true));
      test.diagnostic(`every server signs with the next keys after ${took} ms`);
      const quiet = Date.now();
      await delay(100);
      await until('the published keys were looked at often', async () => sets.length > 10);
      load.abort();
      await failed;

      for (const { token } of issued) await jwtVerify(token, kept);
      // From then on nothing is signed with a key of before.
      for (const { token } of issued.filter(({ since }) => since > quiet)) assert.ok(isNew(token));
      for (const { token } of issued.filter(({ at }) => at < before)) assert.ok(!isNew(token));
      for (const kids of sets) {
        assert.ok(kids.length >= algorithms.length - 1, 'never empty');
        assert.equal(new Set(kids).size, kids.length, 'each kid once');
      }
    });

    it('go on to verify what they signed: hints, tokens for our API, and what is traced', async () => {
      const [app, robot] = await Promise.all([
        addApp(installation),
        addApp(installation, { kind: 'machine', redirectUris: [], apiScopes: ['keys:read'] }),
      ]);
      const apiToken = async () =>
        String(
          (
            await robot.post('/token', {
              grant_type: 'client_credentials',
              resource: apiResource(installation.config.issuer),
              scope: 'keys:read',
            })
          ).body.access_token,
        );
      const ask = async (token: string) =>
        (await fetch(`${installation.origin}/api/v1/keys`, { headers: { authorization: `Bearer ${token}` } }))
          .status;
      const [before, { id_token: hint }] = [await apiToken(), await app.tokens(person)];
      const { kid } = headerOf(before);
      const { signing } = await installation.administration.keys.rotate({ urgent: true, alg: 'ES256' });
      assert.equal(signing.length, 1);
      await until(
        'it signs with the next key',
        async () => headerOf(await apiToken()).kid === signing[0]?.id,
      );
      assert.deepEqual([await ask(before), await ask(await apiToken())], [200, 200]);
      assert.ok((await kidsOf(installation.origin)).includes(kid));
      const page = await person.get(`/session/end?${new URLSearchParams({ id_token_hint: hint })}`);
      assert.equal(page.status, 200);
      assert.ok(await installation.administration.sessions.trace({ value: hint }));
    });

    it('are changed by one server of many on schedule, and end when nothing is in force of theirs', async () => {
      const { storage, secret, config } = installation;
      const events: string[] = [];
      const days = 24 * hour;
      const at = (now: number) =>
        Array.from({ length: 4 }, () =>
          createKeyKeeper({
            ...{ signingKeys: storage.signingKeys, leases: storage.leases, secret, now: () => now },
            algorithms: keyAlgorithms(config),
            schedule: { signs: 90 * days, verifies: longestLife(config) * 1000 },
            record: async ({ type }) => events.push(type),
          }),
        );
      const round = async (now: number) => {
        events.length = 0;
        await Promise.all(at(now).map((keep) => keep()));
        return events.toSorted();
      };
      const start = Date.now();
      const three = (type: string) => [type, type, type];
      assert.deepEqual(await round(start + 2 * 60_000), three('signing_key.made'));
      assert.deepEqual(
        await round(start + 89 * days),
        three('signing_key.removed').concat('signing_key.removed'),
      );
      assert.deepEqual(await round(start + 91 * days), three('signing_key.rotated'));
      assert.deepEqual(await round(start + 92 * days), three('signing_key.made'));
      assert.deepEqual(await round(start + 93 * days), []);
      const standing = (await installation.administration.keys.list({})).signing;
      assert.deepEqual(
        standing.map(({ alg, status }) => `${alg} ${status}`).toSorted(),
        keyAlgorithms(config)
          .flatMap((alg) => [`${alg} current`, `${alg} next`, `${alg} retired`])
          .toSorted(),
      );
      const ids = standing.map(({ id }) => id).toSorted();
      await until(
        'every server publishes these',
        everywhere(async (origin) => (await kidsOf(origin)).toSorted().join() === ids.join()),
      );
    });

    it('are kept by apps for an hour, and are not sent again while they are the same', async () => {
      const { origin } = installation;
      const first = await fetch(`${origin}/jwks`);
      assert.match(first.headers.get('content-type') ?? '', /^application\/jwk-set\+json/);
      assert.equal(first.headers.get('cache-control'), 'public, max-age=3600');
      const etag = first.headers.get('etag') ?? '';
      const again = (value: string) => fetch(`${origin}/jwks`, { headers: { 'if-none-match': value } });
      const same = await again(etag);
      assert.deepEqual([same.status, await same.text()], [304, '']);
      assert.equal((await again('"other"')).status, 200);
      await installation.administration.keys.rotate({ urgent: true });
      await until('they are others', async () => (await again(etag)).status === 200);
      const { error, ...found } = await person
        .get('/.well-known/openid-configuration')
        .then(({ text }) => JSON.parse(text));
      assert.deepEqual(found.id_token_signing_alg_values_supported.toSorted(), [...algorithms].toSorted());
    });

    it('do not change by hand before every app can know the next ones', async () => {
      const { administration, storage, secret } = installation;
      const refusal = { code: 'next_key_unknown', status: 409 };
      await assert.rejects(administration.keys.rotate({}), refusal);
      const key = await makeSigningKey('ES256', { secret });
      await storage.signingKeys.insert({ ...key, generation: 99, status: 'next', createdAt: Date.now() });
      await assert.rejects(administration.keys.rotate({ alg: 'ES256' }), refusal);
      const { signing } = await administration.keys.rotate({ alg: 'ES256', urgent: true });
      assert.deepEqual(
        signing.map(({ id }) => id),
        [key.id],
      );
      await assert.rejects(installation.administration.keys.rotate({ alg: 'ML-DSA-44', urgent: true }), {
        code: 'field_invalid',
      });
    });
  });
});
