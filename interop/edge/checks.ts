/** What is shown of one gateway: each a sentence, or an error that says what was seen instead. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { edgeProbes } from '../../server/architecture/edge-probes.ts';
import { type Architecture, loadArchitecture, parseArchitecture } from '../../server/architecture/model.ts';
import { offerTls } from '../../server/architecture/tls-versions.ts';
import { verifyArchitecture } from '../../server/architecture/verify.ts';
import { certificatesOfApps } from './certificates-of-apps.ts';
import type { Gateway } from './gateways.ts';
import { type EdgeInstallation, openEdge } from './installation.ts';
import { beginLoad, prepareSignIns } from './load.ts';

/** @throws Error naming what was seen */
export async function checkEdge(gateway: Gateway): Promise<string[]> {
  await using resources = new AsyncDisposableStack();
  const edge = await openEdge(gateway, resources);
  if (process.env.CI && edge.providers.length < 2) throw new Error(`CI is set, but: ${leftOut}`);
  const shown = [
    await tlsVersions(edge),
    await transportSecurity(edge),
    await discovery(edge),
    await spoofedHeaders(edge),
    await questionsOfGateways(edge),
    await foreignHosts(edge),
    await certificatesOfApps(edge),
    await pastTheProxy(edge),
    await againstTheModel(edge),
  ];
  shown.push(...(edge.providers.length > 1 ? await rollingRestart(edge) : [leftOut]));
  shown.push(await withoutProviders(edge));
  return shown;
}

const leftOut = 'Left out: a rolling restart (TEST_MONGO_URL is not set: one provider on SQLite)';

async function tlsVersions({ httpsPort, host, authority }: EdgeInstallation): Promise<string> {
  const place = { address: '127.0.0.1', port: httpsPort, servername: host, authority };
  for (const version of ['TLSv1', 'TLSv1.1'] as const)
    assert.deepEqual(await offerTls(place, version), { accepted: false, seen: 'alert protocol_version' });
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    assert.deepEqual(await offerTls(place, version), { accepted: true, seen: version });
  return 'TLS 1.0 and 1.1 are refused with the alert protocol_version, 1.2 and 1.3 are accepted';
}

const hsts = ['max-age=63072000'];

async function transportSecurity({ client }: EdgeInstallation): Promise<string> {
  for (const path of ['/.well-known/openid-configuration', '/account', '/nowhere', '/token']) {
    const { headers } = await client.get(path);
    assert.deepEqual(headers['strict-transport-security'], hsts, `HSTS of ${path}`);
  }
  return 'every answer has HSTS, once';
}

async function discovery({ client, issuer }: EdgeInstallation): Promise<string> {
  const found = JSON.parse((await client.get('/.well-known/openid-configuration')).body);
  assert.equal(found.issuer, issuer);
  for (const [name, value] of Object.entries(found))
    if (/_endpoint$|_uri$/.test(name)) assert.ok(String(value).startsWith(`${issuer}/`), `${name}: ${value}`);
  return 'discovery names the issuer, and endpoints below it';
}

const lies = {
  'x-forwarded-for': '203.0.113.9, 127.0.0.1',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'http',
  forwarded: 'for=203.0.113.9;host=evil.example;proto=http',
  'x-real-ip': '203.0.113.9',
};

async function spoofedHeaders({ client, issuer, providers }: EdgeInstallation): Promise<string> {
  const mark = `/nowhere-${Math.random().toString(36).slice(2)}`;
  await client.get(mark, lies);
  assert.equal(await loggedAddress(providers, mark), '127.0.0.2');
  const answer = await client.get('/.well-known/openid-configuration', lies);
  assert.equal(answer.status, 200, answer.body);
  assert.ok(answer.body.includes(`"issuer":"${issuer}"`) && !answer.body.includes('evil'), answer.body);
  const { headers } = await client.get('/account', lies);
  for (const location of headers.location ?? [])
    assert.equal(new URL(location, issuer).origin, issuer, location);
  return 'X-Forwarded-* and Forwarded from outside are dropped: the provider sees the client, 127.0.0.2';
}

/** Whoever holds the cookie of a site could get fresh assertions of it past the gateway of that site. */
async function questionsOfGateways({ client }: EdgeInstallation): Promise<string> {
  for (const path of ['/forward-auth', '/forward-auth/auth-request'])
    assert.equal((await client.get(path, { 'x-original-url': 'https://wiki.example.com/' })).status, 404);
  return 'what gateways of other sites ask is not answered at this name';
}

async function foreignHosts({ client, host, httpsPort }: EdgeInstallation): Promise<string> {
  for (const name of ['evil.example', `evil.example:${httpsPort}`, `${host}.evil.example:${httpsPort}`]) {
    const seen = await client
      .get('/.well-known/openid-configuration', { host: name })
      .catch((error: Error) => ({ status: 0, body: error.message }));
    // Caddy answers hosts that it does not know with an empty 200.
    assert.ok(!seen.body.includes('issuer'), `${name}: ${seen.status} ${seen.body}`);
  }
  return 'another Host gets no discovery document';
}

/** Who gets round the proxy, from an address that is not trusted, is believed nothing. */
async function pastTheProxy({ providers, host, httpsPort }: EdgeInstallation): Promise<string> {
  const mark = `/nowhere-${Math.random().toString(36).slice(2)}`;
  for (const { port } of providers) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    request({
      ...{ host: '127.0.0.1', port, path: mark, localAddress: '127.0.0.3', agent: false },
      headers: { ...lies, host: `${host}:${httpsPort}` },
    })
      .on('error', reject)
      .on('response', (answer) => answer.resume().on('end', resolve))
      .end();
    await promise;
  }
  assert.equal(await loggedAddress(providers, mark), '127.0.0.3');
  return 'past the proxy, from an address that is not trusted, the same headers are not believed either';
}

const modelFile = new URL('../../docs/architecture/latchkey.calm.json', import.meta.url);

/** The probes of the model see the same, and see that an edited model does not hold. */
async function againstTheModel({ issuer, authority }: EdgeInstallation): Promise<string> {
  const context = { issuer, address: '127.0.0.1', authority };
  const states = async (model: Architecture) => {
    const { rows } = await verifyArchitecture(model, edgeProbes, { context, values: {} });
    return rows
      .filter(({ relationship, probe }) => relationship === 'web-client-uses-api-gateway' && probe !== '–')
      .map(({ control, state, seen }) => ({ control, state, seen }));
  };
  const seen = await states(loadArchitecture(modelFile));
  assert.ok(seen.length === edgeProbes.length && seen.every(({ state }) => state === 'passed'), told(seen));
  const stricter = readFileSync(modelFile, 'utf8').replaceAll('"TLSv1.2"', '"TLSv1.3"');
  const [version] = await states(parseArchitecture(stricter));
  assert.equal(version?.state, 'differs', told(version));
  return `the model holds (${seen.map(({ control }) => control).join(', ')}), one with TLS 1.3 at least does not`;
}

const told = (rows: unknown) => JSON.stringify(rows, undefined, 2);

/** Of the access log's line for this path. */
async function loggedAddress(providers: EdgeInstallation['providers'], path: string): Promise<string> {
  for (const until = Date.now() + 3000; Date.now() < until; await delay(20)) {
    const lines = providers.flatMap(({ output }) => output().split('\n'));
    const line = lines.find((each) => each.includes(`"path":"${path}"`));
    if (line) return JSON.parse(line).address;
  }
  throw new Error(`no provider logged ${path}`);
}

/** F20: each provider in turn is stopped and started, while people sign in. */
async function rollingRestart(edge: EdgeInstallation): Promise<string[]> {
  const load = beginLoad(await prepareSignIns(edge), 6);
  await delay(2000);
  const restarts: string[] = [];
  for (const provider of edge.providers) {
    const begun = performance.now();
    assert.equal(await provider.stop(), 0, 'the exit code of a provider that was told to stop');
    const stopped = performance.now();
    await delay(500);
    await provider.start();
    restarts.push(
      `down ${seconds(stopped - begun)} s after SIGTERM, back ${seconds(performance.now() - stopped)} s later`,
    );
    await delay(2500);
  }
  const { succeeded, failures } = await load.end();
  const complaints = edge.complaints();
  const report = [...failures, complaints].join('\n');
  // A gateway may send on a connection at rest in the very moment that its provider closes it, and then does not know
  // whether it was seen: such a POST is sent to no other one.
  const reset = complaints.match(/\(104: Connection reset by peer\)/g)?.length ?? 0;
  const beyond = Math.max(0, failures.length - Math.min(reset, edge.providers.length));
  assert.equal(beyond, 0, `${failures.length} of ${succeeded + failures.length} failed:\n${report}`);
  const shares = edge.providers.map(({ output }) => output().match(/"path":"\/token"/g)?.length ?? 0);
  assert.ok(
    shares.every((share) => share > 0),
    `the providers answered ${shares.join(' and ')} token requests`,
  );
  return [
    `F20 both providers were restarted, one after the other, under 6 lanes of sign-ins: ${succeeded} succeeded, ${failures.length} were reset in flight, 0 failed`,
    `    ${restarts.join('; ')}; they answered ${shares.join(' and ')} of the token requests`,
  ];
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);

async function withoutProviders({ client, providers }: EdgeInstallation): Promise<string> {
  await Promise.all(providers.map((provider) => provider.stop()));
  const { status, headers } = await client.get('/account');
  assert.ok(status >= 502 && status <= 504, `${status}`);
  assert.deepEqual(headers['strict-transport-security'], hsts, `HSTS of the proxy's own ${status}`);
  return `without a provider the answer is ${status}, with HSTS too`;
}
