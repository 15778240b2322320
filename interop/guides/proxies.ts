/** The guides for oauth2-proxy, by itself and asked by nginx, before an app that says what it is told. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../e2e/free-port.ts';
import { type Host, openPlace, type Place } from './place.ts';
import { startSoftware } from './software.ts';

export async function oauth2Proxy(host: Host): Promise<string[]> {
  await using place = await openPlace(host, 'oauth2-proxy', { path: '/o/callback', hostile: true });
  await using app = await startApp();
  change(place, 'oauth2-proxy.cfg', { '127.0.0.1:8080': app.address });
  await using _proxy = await startProxy(place, place.origin);
  return await signInAndOut(place, 'x-forwarded-');
}

export async function nginx(host: Host): Promise<string[]> {
  await using place = await openPlace(host, 'nginx', { path: '/oauth2/callback' });
  await using app = await startApp();
  const proxy = `127.0.0.1:${await freePort()}`;
  change(place, 'oauth2-proxy.cfg', { '127.0.0.1:4180': proxy });
  change(place, 'nginx.conf', { '127.0.0.1:4180': proxy, '127.0.0.1:8080': app.address });
  await using _proxy = await startProxy(place, `http://${proxy}/ping`);
  await using _nginx = await startNginx(place);
  return await signInAndOut(place, 'x-');
}

/** Addresses that the guide tells people to put in, or that are taken on this machine. */
export function change({ folder }: Place, file: string, addresses: Record<string, string>): void {
  const path = join(folder, file);
  let text = readFileSync(path, 'utf8');
  for (const [from, to] of Object.entries(addresses)) {
    assert.ok(text.includes(from), `${file} has no ${from}`);
    text = text.replaceAll(from, to);
  }
  writeFileSync(path, text);
}

async function signInAndOut(
  { origin, issuer, goodbye, guide, visitor }: Place,
  prefix: string,
): Promise<string[]> {
  const page = await visitor.open(`${origin}/some/page?x=1`);
  const { url, headers } = JSON.parse(page.text) as { url: string; headers: Record<string, string> };
  assert.equal(url, '/some/page?x=1');
  assert.equal(headers[`${prefix}preferred-username`], 'ada', page.text);
  assert.ok(headers[`${prefix}user`]);
  const [link] = guide.steps.flatMap((step) => /\/\S+\/sign_out\?\S+/.exec(step) ?? []);
  const left = await visitor.signOut(origin + link);
  assert.equal(left.href, goodbye);
  assert.equal((await visitor.sentTo(`${origin}/`))?.origin, issuer);
  const told = Object.keys(headers).filter((name) => name.startsWith(prefix));
  return [`${told.join(', ')}; signed out to ${left.pathname}`];
}

export async function startApp(): Promise<AsyncDisposable & { address: string }> {
  const server = createServer(({ url, headers }, response) => response.end(JSON.stringify({ url, headers })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function startProxy({ folder }: Place, address: string) {
  const binary = join(tmpdir(), 'latchkey-interop-oauth2-proxy');
  const source = 'github.com/oauth2-proxy/oauth2-proxy/v7';
  execFileSync('go', ['build', '-o', binary, source], {
    cwd: join(import.meta.dirname, 'go'),
    stdio: 'pipe',
  });
  return startSoftware({ command: binary, args: ['--config', 'oauth2-proxy.cfg'], cwd: folder, address });
}

export function startNginx({ folder, origin }: Place) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(folder, kind)};`)
    .join('\n');
  const file = join(folder, 'main.conf');
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${join(folder, 'nginx.pid')}; error_log stderr warn;
events { worker_connections 64; }
http { access_log off; ${temporary}
include ${join(folder, 'nginx.conf')};
}`,
  );
  return startSoftware({
    command: 'nginx',
    args: ['-e', 'stderr', '-c', file],
    cwd: folder,
    address: origin,
  });
}
