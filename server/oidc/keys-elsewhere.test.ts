import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, it } from 'node:test';
import { apiResource } from '../apps/api-scopes.ts';
import { logoUrl } from '../apps/logos/logo-url.ts';
import { type AppUnderTest, addApp, assertRefused } from '../testing/app-under-test.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { assertion, newKeyPair } from '../testing/machine.ts';
import { onePixel } from '../testing/metadata-payload.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const png = Buffer.from(onePixel, 'base64');

onEveryStorage('what an app keeps at an address of its own', (start) => {
  let installation: TestInstallation;
  let origin: string;
  const answers = new Map<string, string | Buffer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const body = answers.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'cache-control': 'max-age=31536000' }).end(body);
  });

  before(async () => {
    installation = await start();
    server.listen(0, 'localhost');
    await once(server, 'listening');
    origin = `http://localhost:${(server.address() as { port: number }).port}`;
  });
  after(() => server.close());

  const machineWith = (jwksUri: string) =>
    addApp(installation, {
      kind: 'machine',
      redirectUris: [],
      apiScopes: ['people:read'],
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwksUri,
    });
  async function ask({ id, post }: AppUnderTest, key: ReturnType<typeof newKeyPair>) {
    const { issuer } = installation.config;
    return post('/token', {
      grant_type: 'client_credentials',
      scope: 'people:read',
      resource: apiResource(issuer),
      client_id: undefined,
      client_assertion_type: type,
      client_assertion: await assertion({ id, key: key.privateKey, issuer }),
    });
  }

  it('O16 are its keys: asked for once, and not again for every key that is not known', async () => {
    const [own, other] = [newKeyPair(), newKeyPair()];
    answers.set('/keys', JSON.stringify(own.jwks));
    const app = await machineWith(`${origin}/keys`);
    assert.equal((await ask(app, own)).status, 200);
    const before = asked.length;
    for (let count = 0; count < 5; count += 1) assertRefused(await ask(app, other), 'invalid_client');
    assert.equal((await ask(app, own)).status, 200);
    assert.equal(asked.length, before);
  });

  it('O16 are not asked where they must not be, and the reason is told of the app', async () => {
    const app = await machineWith('https://169.254.169.254/latest/meta-data');
    assertRefused(await ask(app, newKeyPair()), 'invalid_client');
    const { items } = await installation.administration.apps.refusals({ id: app.id });
    assert.equal(items[0]?.code, 'address_blocked');
    assert.match(items[0]?.sentence ?? '', /jwksUri https:\/\/169\.254\.169\.254.* \(linkLocal\)/);
  });

  it('O15 is its logo, which is served from here as a picture and as nothing else', async () => {
    answers.set('/logo.png', png);
    answers.set('/logo.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
    const ada = await setUp(installation);
    const app = await addApp(installation, {});
    const stored = await installation.storage.apps.findById(app.id);
    assert.ok(stored);
    const withLogo = async (path: string) => {
      const { revision = 0, ...rest } = (await installation.storage.apps.findById(app.id)) ?? stored;
      const logoUri = `${origin}${path}`;
      await installation.storage.apps.update({ ...rest, logoUri, revision: revision + 1 }, revision);
      return logoUrl({ id: app.id, logoUri }) ?? '';
    };
    const url = await withLogo('/logo.png');
    const page = await ada.follow(app.authorizationUrl({ scope: 'openid profile' }));
    assert.ok(page.text.includes(`src="${url}"`), page.text.slice(0, 2000));
    assert.ok(!page.text.includes(origin));
    assert.match(page.headers.get('content-security-policy') ?? '', /img-src 'self' data:;/);
    const before = asked.length;
    for (let count = 0; count < 3; count += 1) {
      const answer = await fetch(installation.origin + url);
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), png);
      assert.equal(answer.headers.get('content-type'), 'image/png');
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.match(answer.headers.get('content-security-policy') ?? '', /sandbox/);
    }
    assert.equal(asked.length, before + 1);
    const names = [url.replace(/logos\/./, 'logos/-'), `/logos/x/${app.id}`, '/logos/x/nobody'];
    for (const path of names) assert.equal((await fetch(installation.origin + path)).status, 404, path);
  });
});
