/** The guides of gateways that ask who is there, before an app that knows nothing of OpenID Connect. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { appAddress, latchkeyAddress } from '../../server/apps/guides/forward-auth.ts';
import { identityHeaders } from '../../server/site-paths.ts';
import { type Host, openPlace, type Place } from './place.ts';
import { change, startApp, startNginx } from './proxies.ts';
import { type Software, startSoftware } from './software.ts';

const site = { openPaths: ['/public/'], remoteUser: 'userName' as const };

export const siteNginx = (host: Host) =>
  tried(host, { id: 'forward-auth-nginx', file: 'nginx.conf', also: oneHostCounts }, startNginx);

export const siteCaddy = (host: Host) =>
  tried(host, { id: 'forward-auth-caddy', file: 'Caddyfile' }, (place) =>
    start(place, {
      command: 'caddy',
      args: ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
      env: { XDG_DATA_HOME: place.folder, XDG_CONFIG_HOME: place.folder, CADDY_ADMIN: 'off' },
    }),
  );

export const siteHaproxy = (host: Host) =>
  tried(host, { id: 'forward-auth-haproxy', file: 'haproxy.cfg' }, (place) => {
    change(place, 'haproxy.cfg', { '/etc/haproxy/latchkey.lua': join(place.folder, 'latchkey.lua') });
    change(place, 'latchkey.lua', { [latchkeyAddress]: listensAt(place) });
    return start(place, { command: 'haproxy', args: ['-db', '-f', 'haproxy.cfg'] });
  });

/** By address: HAProxy's client asks a name server for every name. */
const listensAt = ({ issuer }: Place) => `127.0.0.1:${new URL(issuer).port}`;

const start = ({ folder, origin }: Place, software: Omit<Software, 'cwd' | 'address'>) =>
  startSoftware({ ...software, cwd: folder, address: origin });

interface Kind {
  id: string;
  file: string;
  also?: (place: Place) => Promise<string>;
}

type Begin = (place: Place) => Promise<AsyncDisposable>;

async function tried(host: Host, { id, file, also }: Kind, begin: Begin): Promise<string[]> {
  await using place = await openPlace(host, id, {
    site,
    postLogoutRedirectUris: ['http://localhost/goodbye'],
  });
  await using app = await startApp();
  change(place, file, { [latchkeyAddress]: listensAt(place), [appAddress]: app.address });
  await using _gateway = await begin(place);
  return [
    await strangersStayOut(place),
    await nobodySaysWhoTheyAre(place),
    ...(also ? [await also(place)] : []),
    await somebodyComesIn(place),
    await somebodyLeaves(place),
    await staysShut(host, { id, file }, begin),
  ];
}

/** Where Latchkey does not answer, nobody gets through, and an open path does not either. */
async function staysShut(host: Host, { id, file }: Kind, begin: Begin): Promise<string> {
  await using place = await openPlace(host, id, { site });
  await using app = await startApp();
  const nowhere = { ...place, issuer: 'http://127.0.0.1:1' };
  change(place, file, { [latchkeyAddress]: listensAt(nowhere), [appAddress]: app.address });
  await using _gateway = await begin(nowhere);
  for (const path of ['/', '/public/x']) {
    const answer = await ask(place.origin + path, { headers: { ...script, ...lies } });
    assert.ok(answer.status >= 500, `${path}: ${answer.status} ${answer.body}`);
  }
  return 'while Latchkey is away nobody gets through';
}

const script = { accept: '*/*', 'sec-fetch-mode': 'cors' };

/** What a stranger would like to be taken for, also by apps that read `_` as `-`. */
const lies = {
  ...Object.fromEntries(identityHeaders.map((name) => [name, 'root'])),
  ...{ Remote_User: 'root', remote_groups: 'root', 'REMOTE-USER': 'root' },
};

async function strangersStayOut({ origin }: Place): Promise<string> {
  const open = `${origin}/public/x`;
  const forged = {
    ...{ 'x-forwarded-uri': '/public/x', 'x-forwarded-method': 'GET', 'x-forwarded-host': 'evil.example' },
    ...{ 'x-original-url': open, 'x-original-method': 'GET', 'x-rewrite-url': '/public/x' },
    ...{ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' },
  };
  for (const [path, method, headers] of [
    ['/', 'GET', script],
    ['/', 'POST', script],
    ['/', 'GET', { ...script, ...forged }],
    ['/', 'GET', { ...script, ...lies }],
    ['/public/../secret', 'GET', script],
    ['/public/%2e%2e/secret', 'GET', script],
    ['//public/x', 'GET', script],
    ['/.latchkey/../secret', 'GET', script],
  ] as const) {
    const answer = await ask(origin + path, { method, headers, path });
    assert.ok(
      answer.status >= 400 && answer.status < 500,
      `${method} ${path}: ${answer.status} ${answer.body}`,
    );
    assert.ok(!answer.body.includes('"url"'), `${method} ${path} reached the app`);
  }
  // Whoever names another site is let into none.
  const elsewhere = await ask(open, { headers: { ...script, host: 'other-site.example' } });
  assert.ok(!elsewhere.body.includes('"url"'), `another host reached the app: ${elsewhere.status}`);
  assert.equal((await ask(`${origin}/`, { headers: script })).status, 401);
  const asked = await ask(`${origin}/page`, { headers: { accept: 'text/html', ...forged } });
  assert.equal(asked.headers.location, `${origin}/.latchkey/sign-in?/page`);
  return 'strangers get 401, or a way to sign in, whatever headers they send';
}

/** nginx goes by the host of the request line, and tells Latchkey that of the header: they must not be two. */
async function oneHostCounts({ origin }: Place): Promise<string> {
  const headers = { ...script, host: 'other-site.example' };
  const { status } = await ask(origin, { path: `${origin}/public/x`, headers });
  assert.equal(status, 421);
  return 'a request for one site in the name of another is refused';
}

/** Where anybody may go, nobody is told of as somebody. */
async function nobodySaysWhoTheyAre({ origin }: Place): Promise<string> {
  const answer = await ask(`${origin}/public/x`, { headers: { ...script, ...lies } });
  assert.equal(answer.status, 200, answer.body);
  assert.ok(!answer.body.includes('root'), answer.body);
  return 'identity headers from outside do not reach the app, on an open path either';
}

async function somebodyComesIn({ origin, issuer, visitor }: Place): Promise<string> {
  const page = await visitor.open(`${origin}/some/page?x=1&y=//z`);
  const { url, headers } = JSON.parse(page.text) as { url: string; headers: IncomingHttpHeaders };
  assert.equal(url, '/some/page?x=1&y=//z');
  const { payload } = await jwtVerify(
    String(headers['latchkey-assertion']),
    createRemoteJWKSet(new URL(`${issuer}/jwks`)),
    { issuer, audience: origin, algorithms: ['ES256'] },
  );
  assert.equal(payload.preferred_username, 'ada');
  assert.equal(headers['remote-user'], 'ada', page.text);
  assert.equal(headers['remote-name'], 'Ada Lovelace');
  for (const name of ['remote-groups', 'remote-email']) assert.ok(!headers[name], page.text);
  const posted = await visitor.submit(`${origin}/form`, { field: 'x' });
  assert.equal(posted.status, 200, 'a form of somebody who is signed in');
  return 'Latchkey-Assertion verifies by the JWKS, Remote-User is ada, forms go through';
}

async function somebodyLeaves({ origin, issuer, visitor }: Place): Promise<string> {
  const left = await visitor.signOut(`${origin}/.latchkey/sign-out`);
  assert.equal(left.href, 'http://localhost/goodbye');
  assert.equal((await visitor.sentTo(`${origin}/`))?.origin, issuer);
  return 'signed out by /.latchkey/sign-out';
}

/** One request, with any header and any path. */
async function ask(
  url: string,
  { path, method = 'GET', headers }: { path?: string; method?: string; headers: OutgoingHttpHeaders },
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  const sent = request(url, { agent: false, method, headers, ...(path !== undefined && { path }) });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}
