/** The guide for an app that runs in the page alone, in Chromium: the provider's answers are read across origins. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { build } from 'esbuild';
import { browserArgs } from '../../e2e/browser.ts';
import type { SoftwareBrowser } from '../../e2e/software-browser.ts';
import { prepareNpm } from './npm.ts';
import { type Host, openPlace, type Place } from './place.ts';

/** What the page does with the guide's functions; the last is for this test to read. */
const main = `import { finishSignIn, signIn, signOutUrl } from './sign-in.js';
const signedIn = await finishSignIn();
document.title = signedIn ? signedIn.person.name : 'nobody';
Object.assign(window, { signIn, signOutUrl: () => String(signOutUrl(signedIn.tokens.id_token)) });
`;

export async function openidClientBrowser(host: Host, executablePath: string): Promise<string[]> {
  const wanted = { kind: 'browser', path: '/app', within: prepareNpm() } as const;
  await using place = await openPlace(host, 'openid-client-browser', wanted);
  await using _app = await serve(place);
  await using chrome = await chromium.launch({ executablePath, args: browserArgs });
  const page = await chrome.newPage();
  await signInElsewhere(page, place, host.browser);
  await page.goto(`${place.origin}/app`);
  await page.waitForFunction("document.title === 'nobody'");
  await page.evaluate('signIn()');
  await page.waitForFunction("document.title === 'Ada Lovelace'");
  assert.equal(page.url(), `${place.origin}/app`);
  const left = await host.browser.signOut(new URL(await page.evaluate<string>('signOutUrl()')));
  assert.equal(left.href, place.goodbye);
  return [`Chromium read the tokens and userinfo across origins; signed out to ${left.pathname}`];
}

/** The software browser goes to the provider in Chromium's place, and Chromium goes where that is sent. */
function signInElsewhere(page: Page, { issuer }: Place, browser: SoftwareBrowser): Promise<unknown> {
  return page.route(`${issuer}/auth?*`, async (route) => {
    const back = await browser.authorize(new URL(route.request().url()));
    await route.fulfill({ status: 303, headers: { location: back.href } });
  });
}

async function serve({ folder, port }: Place): Promise<AsyncDisposable> {
  const { outputFiles } = await build({
    stdin: { contents: main, resolveDir: folder },
    ...{ bundle: true, write: false, format: 'esm', outfile: join(folder, 'page.js') },
  });
  const page = `<!doctype html><title></title><script type="module">${outputFiles[0]?.text}</script>`;
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(page);
  }).listen(port, 'localhost');
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
