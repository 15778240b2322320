import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { atHeading, signUp } from './actions.ts';
import { expect, newPerson, test } from './fixtures.ts';
import type { ServerProcess } from './server-process.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface ToldApp extends AsyncDisposable {
  origin: string;
  clientId: string;
  /** What the browser asked of its address for sign-outs, and the cookie that it sent along. */
  told: { url: URL; cookie: string | undefined }[];
}

/** An app that keeps a cookie of its own, and forgets the person when its frame is loaded. */
async function startToldApp(server: ServerProcess, name: string, answer?: Answer): Promise<ToldApp> {
  const told: ToldApp['told'] = [];
  const listener = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://app.example');
    if (url.pathname === '/callback') response.setHeader('Set-Cookie', `${name}=here; HttpOnly; Path=/`);
    if (url.pathname === '/frame') {
      told.push({ url, cookie: request.headers.cookie });
      if (answer) return answer(request, response);
      response.setHeader('Set-Cookie', `${name}=; Max-Age=0; Path=/`);
    }
    response.setHeader('Content-Type', 'text/html');
    response.end(`<h1>${name} at ${url.pathname}</h1>`);
  });
  listener.listen(0, 'localhost');
  await once(listener, 'listening');
  const origin = `http://localhost:${(listener.address() as AddressInfo).port}`;
  const addresses = ['--redirect', `${origin}/callback`, '--post-logout-redirect', `${origin}/bye`];
  const channel = ['--frontchannel-logout-uri', `${origin}/frame`, '--frontchannel-logout-session-required'];
  const options = ['--kind', 'browser', '--first-party', ...addresses, ...channel, '--json'];
  const printed = await server.latchkey('app', 'add', name, ...options);
  const { id: clientId } = (JSON.parse(printed) as { app: { id: string } }).app;
  return {
    ...{ origin, clientId, told },
    async [Symbol.asyncDispose]() {
      listener.closeAllConnections();
      listener.close();
    },
  };
}

async function signInTo(page: Page, server: ServerProcess, { origin, clientId }: ToldApp): Promise<void> {
  const asked = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: `${origin}/callback`,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  await page.goto(`${server.origin}/auth?${asked}`);
  await atHeading(page, /at \/callback$/);
}

async function signOut(page: Page, server: ServerProcess, app?: ToldApp): Promise<void> {
  const asked = app && { client_id: app.clientId, post_logout_redirect_uri: `${app.origin}/bye` };
  await page.goto(`${server.origin}/session/end?${new URLSearchParams(asked)}`);
  await page.getByRole('button', { name: 'Sign out' }).click();
}

test.describe('front-channel logout', () => {
  test.beforeEach(({ page, server }) => signUp(page, server.origin, newPerson()));

  test('reaches every app of the session with its cookies, and goes on by itself', async ({
    page,
    server,
  }) => {
    await using notes = await startToldApp(server, 'notes');
    await using mail = await startToldApp(server, 'mail');
    await signInTo(page, server, notes);
    await signInTo(page, server, mail);
    await signOut(page, server, notes);
    // Playwright loses sight of a document that takes over the process of a frame: its address is seen.
    await page.waitForURL(`${notes.origin}/bye`);
    for (const [app, name] of [
      [notes, 'notes'],
      [mail, 'mail'],
    ] as const) {
      expect(app.told).toHaveLength(1);
      expect(app.told[0]?.url.searchParams.get('iss')).toBe(server.origin);
      expect(app.told[0]?.url.searchParams.get('sid')).toMatch(/^[\w-]{20,}$/);
      expect(app.told[0]?.cookie).toContain(`${name}=here`);
    }
    const left = await page.context().cookies();
    expect(left.filter(({ name }) => name === 'notes' || name === 'mail')).toEqual([]);
  });

  test('O28 is held up by no app that is slow, and by none that breaks off', async ({ page, server }) => {
    await using slow = await startToldApp(server, 'slow', () => {});
    await using broken = await startToldApp(server, 'broken', (request) => request.socket.destroy());
    await signInTo(page, server, slow);
    await signInTo(page, server, broken);
    await signOut(page, server);
    await atHeading(page, 'You are signed out');
    expect(slow.told).toHaveLength(1);
    expect(broken.told.length).toBeGreaterThan(0);
  });

  test('lets no app lead the page away, and goes on by a link without scripts', async ({ page, server }) => {
    const breakOut: Answer = (_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end('<script>top.location = "/stolen"; parent.location = "/stolen"; open("/stolen")</script>');
    };
    await using app = await startToldApp(server, 'hostile', breakOut);
    await signInTo(page, server, app);
    await page.route('**/assets/signing-out-*.js', (route) => route.abort());
    await signOut(page, server, app);
    await atHeading(page, 'Signing you out …');
    await expect.poll(() => app.told.length).toBe(1);
    await page.getByRole('link', { name: 'Continue' }).click();
    await atHeading(page, 'hostile at /bye');
  });
});
