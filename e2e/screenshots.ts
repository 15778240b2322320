/** `npm run screenshots [-- FOLDER]`: every page in four shots, phone and desktop, light and dark. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { addAuthenticator } from './authenticator.ts';
import { browserArgs, findBrowser } from './browser.ts';
import { freePort } from './free-port.ts';
import { startServer } from './server-process.ts';
import { visitAllPages } from './tour.ts';
import { setUpConsole, visitConsole } from './tour-of-console.ts';
import { readVirtualModel, settingsWith } from './virtual-model.ts';

const folder = process.argv[2] ?? 'test-results/screenshots';
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1120, height: 800 } } as const;

const executablePath = await findBrowser();
if (!executablePath) throw new Error('No Chromium starts here: set CHROMIUM_PATH to one that does.');
await mkdir(folder, { recursive: true });
const appPort = await freePort();
const app = createServer((_request, response) => response.end('signed in')).listen(appPort, 'localhost');
const browser = await chromium.launch({ executablePath, args: browserArgs });
const model = await readVirtualModel(browser);
const statements = await mkdtemp(join(tmpdir(), 'latchkey-model-'));
const settings = { LATCHKEY_SIGN_UP: 'open', ...(await settingsWith(model, statements)) };
await using server = await startServer({ engine: 'sqlite', settings });
const page = await browser.newPage({ locale: 'en-GB', reducedMotion: 'reduce' });
const authenticator = await addAuthenticator(page);

const take = async (name: string) => {
  for (const [size, viewport] of Object.entries(sizes))
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      await page.screenshot({
        path: join(folder, `${name}-${size}-${colorScheme}.png`),
        fullPage: true,
        animations: 'disabled',
      });
    }
  console.log(name);
};

await visitAllPages({ page, authenticator, server, model, appOrigin: `http://localhost:${appPort}` }, take);
{
  // Rules and passkeys of the first tour would be in the way of the second.
  await using another = await startServer({ engine: 'sqlite', settings });
  await page.context().clearCookies();
  await setUpConsole(page, another);
  await visitConsole({ page, server: another }, take);
}
await browser.close();
await rm(statements, { recursive: true });
app.close();
