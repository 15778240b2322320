/** Shows in a browser what the security headers leave possible: `node --test server/http/popup.check.ts`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Browser, chromium } from '@playwright/test';
import bundledChromium from '@sparticuz/chromium';
import { freePort } from '../../e2e/free-port.ts';
import { startApplication } from '../testing/http-fixture.ts';

/** Sends the page's form; the answer redirects to the app, as a sign-in does. */
const startProvider = (port: number, appOrigin: string) =>
  startApplication(
    (app) =>
      app.use((ctx) => {
        if (ctx.method === 'POST') return ctx.redirect(`${appOrigin}/callback`);
        ctx.type = 'html';
        ctx.body = '<form method="post" action="/interaction/uid/answer"><button>Go on</button></form>';
      }),
    { issuer: `http://localhost:${port}`, port },
  );

/** An app that opens a popup and waits for what its callback page tells it. */
async function startApp() {
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    const callback = `opener?.postMessage('signed in', '*'); document.title = 'callback'`;
    const opening = `addEventListener('message', ({ data }) => { document.title = data })`;
    response.end(`<script>${request.url === '/callback' ? callback : opening}</script>`);
  }).listen(0, 'localhost');
  await once(server, 'listening');
  return { server, origin: `http://localhost:${(server.address() as AddressInfo).port}` };
}

describe('an app that signs people in by a popup', () => {
  let browser: Browser;
  before(async () => {
    const executablePath = await bundledChromium.executablePath();
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  after(() => browser.close());

  async function titleAfterPopup(path: string): Promise<string> {
    const { server, origin } = await startApp();
    await using provider = await startProvider(await freePort(), origin);
    const page = await browser.newPage();
    await page.goto(origin);
    const opened = page.waitForEvent('popup');
    await page.evaluate(`open('http://localhost:${provider.port}${path}', '_blank', 'popup')`);
    const popup = await opened;
    await popup.getByRole('button').click();
    await popup.waitForURL('**/callback');
    await page.waitForTimeout(300);
    const title = await page.title();
    await page.close();
    server.close();
    return title;
  }

  it('hears from it after the interaction, whose form ends at the app', async () => {
    assert.equal(await titleAfterPopup('/interaction/uid'), 'signed in');
  });

  it('is cut off from every other page', async () => {
    assert.equal(await titleAfterPopup('/account'), '');
  });
});
