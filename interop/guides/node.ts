/** The guides for Node.js, with the packages of `npm/`. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepareNpm } from './npm.ts';
import { type Host, openPlace, type Place, type Wanted } from './place.ts';
import { startSoftware } from './software.ts';

/** What the scripts on openid-client export. */
interface Script {
  startSignIn(): Promise<{ url: URL; checks: object }>;
  finishSignIn(search: string, checks: object): Promise<{ person: Person; idToken: string }>;
  signOutUrl(idToken: string): URL;
  signIn(show: (shown: URL & DeviceShows) => void): Promise<{ person: Person }>;
  accessToken(): Promise<string>;
}

interface Person {
  sub: string;
  name?: string;
  email?: string;
}

async function load({ folder }: Place, file: string): Promise<Script> {
  return (await import(pathToFileURL(join(folder, file)).href)) as Script;
}

export async function openidClient(host: Host): Promise<string[]> {
  const path = "/call'back$;&(x)";
  await using place = await openPlace(host, 'openid-client', { path, within: prepareNpm(), hostile: true });
  const script = await load(place, 'sign-in.mjs');
  const { url, checks } = await script.startSignIn();
  const { search } = await host.browser.authorize(url);
  const { person, idToken } = await script.finishSignIn(search, checks);
  assert.equal(person.name, 'Ada Lovelace');
  const left = await host.browser.signOut(script.signOutUrl(idToken));
  assert.equal(left.href, place.goodbye);
  return [`userinfo: ${Object.keys(person).join(', ')}; signed out to ${left.pathname}`];
}

export async function openidClientNative(host: Host): Promise<string[]> {
  const kind = 'native';
  await using place = await openPlace(host, 'openid-client-native', {
    kind,
    path: '/',
    within: prepareNpm(),
  });
  const script = await load(place, 'sign-in.mjs');
  const { person } = await script.signIn(
    (url) => void host.browser.authorize(url).then((back) => fetch(back)),
  );
  assert.equal(person.name, 'Ada Lovelace');
  return [`came back to ${place.origin}, userinfo: ${Object.keys(person).join(', ')}`];
}

/** Keys that an app may have instead of a secret. */
const keys: Readonly<Record<string, () => KeyPairKeyObjectResult>> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  Ed25519: () => generateKeyPairSync('ed25519'),
};

export async function openidClientMachine(host: Host): Promise<string[]> {
  for (const [alg, make] of Object.entries(keys)) await withKey(host, alg, make());
  await using place = await openPlace(host, 'openid-client-machine', { ...machine, within: prepareNpm() });
  const { accessToken } = await load(place, 'token.mjs');
  const token = await accessToken();
  assert.equal(await accessToken(), token);
  const path = await use(host, token);
  return [
    `a token for ${path}, with a secret or a key for ${Object.keys(keys).join(', ')}; kept until it expires`,
  ];
}

async function withKey(
  host: Host,
  alg: string,
  { publicKey, privateKey }: KeyPairKeyObjectResult,
): Promise<void> {
  const said = { kid: 'of this run', alg };
  const wanted: Wanted = {
    ...machine,
    tokenEndpointAuthMethod: 'private_key_jwt',
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), ...said }] },
  };
  await using place = await openPlace(host, 'openid-client-machine', { ...wanted, within: prepareNpm() });
  const jwk = { ...privateKey.export({ format: 'jwk' }), ...said };
  writeFileSync(join(place.folder, 'private-key.json'), JSON.stringify(jwk));
  await use(host, await (await load(place, 'token.mjs')).accessToken());
}

const machine: Wanted = { kind: 'machine', apiScopes: ['people:read'] };

export async function curl(host: Host): Promise<string[]> {
  await using place = await openPlace(host, 'curl', { ...machine, hostile: true });
  const printed = execFileSync('sh', ['token.sh'], { cwd: place.folder, encoding: 'utf8', stdio: 'pipe' });
  const { access_token = '' } = JSON.parse(printed) as Record<string, string>;
  return [`a token for ${await use(host, access_token)}`, searched(host, access_token)];
}

/** docs/getting-started.md shows this command. */
function searched({ server }: Host, token: string): string {
  const address = `${server.origin}/api/v1/people?text=ada`;
  const printed = execFileSync('curl', ['--silent', '--header', `Authorization: Bearer ${token}`, address]);
  assert.match(String(printed), /Ada Lovelace/);
  return 'found somebody by curl';
}

/** Asks our API for the people, and finds the one there is. */
async function use({ server }: Host, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${server.origin}/api/v1/people`, { headers });
  const text = await answer.text();
  assert.match(text, /Ada Lovelace/, `${answer.status} ${text}`);
  return new URL(answer.url).pathname;
}

export async function openidClientDevice(host: Host): Promise<string[]> {
  const wanted = { kind: 'device', within: prepareNpm() } as const;
  await using place = await openPlace(host, 'openid-client-device', wanted);
  const script = await load(place, 'sign-in.mjs');
  let connected: Promise<void> | undefined;
  const { person } = await script.signIn((shown) => {
    connected = host.browser.connectDevice(new URL(shown.verification_uri_complete));
  });
  await connected;
  assert.equal(person.name, 'Ada Lovelace');
  return [`connected by the code, userinfo: ${Object.keys(person).join(', ')}`];
}

interface DeviceShows {
  verification_uri_complete: string;
}

export async function express(host: Host): Promise<string[]> {
  const wanted = { path: '/callback', idTokenSignedResponseAlg: 'PS256', within: prepareNpm() } as const;
  await using place = await openPlace(host, 'express', wanted);
  await using _app = await startNode(place);
  const page = await place.visitor.open(`${place.origin}/`);
  const person = JSON.parse(page.text) as Person;
  assert.equal(person.name, 'Ada Lovelace', page.text);
  const left = await place.visitor.signOut(`${place.origin}/logout`);
  assert.equal(left.href, place.goodbye);
  assert.equal((await place.visitor.sentTo(`${place.origin}/`))?.origin, place.issuer);
  return [`userinfo: ${Object.keys(person).join(', ')}; signed out to ${left.pathname}`];
}

export async function authJs(host: Host): Promise<string[]> {
  const alg = { idTokenSignedResponseAlg: 'RS256', tokenEndpointAuthMethod: 'client_secret_post' } as const;
  const path = '/sign/callback/latchkey';
  await using place = await openPlace(host, 'auth-js', { path, ...alg, hostile: true, within: prepareNpm() });
  await using _app = await startNode(place);
  const { visitor, origin } = place;
  const csrfToken = async () =>
    (JSON.parse((await visitor.open(`${origin}/sign/csrf`)).text) as { csrfToken: string }).csrfToken;
  const page = await visitor.submit(`${origin}/sign/signin/latchkey`, {
    csrfToken: await csrfToken(),
    callbackUrl: `${origin}/`,
  });
  const person = JSON.parse(page.text) as Person;
  assert.equal(person.name, 'Ada Lovelace', page.text);
  await visitor.submit(`${origin}/sign/signout`, { csrfToken: await csrfToken() });
  assert.match((await visitor.open(`${origin}/`)).url.pathname, /signin$/);
  return [`session: ${Object.keys(person).join(', ')}; signed out of Auth.js`];
}

function startNode({ folder, origin }: Place) {
  return startSoftware({ command: process.execPath, args: ['app.mjs'], cwd: folder, address: origin });
}
