/** `npm run e2e [-- playwright arguments]`: runs what this machine can run, and says what it left out. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { findBrowser } from './browser.ts';

const mustBeWhole = Boolean(process.env.CI);
const browser = await findBrowser();
const left = [
  ...(browser ? [] : ['all browser tests: no Chromium starts here (set CHROMIUM_PATH to one that does)']),
  ...(process.env.TEST_MONGO_URL ? [] : ['browser tests on MongoDB: TEST_MONGO_URL is not set']),
];
for (const what of left) console.log(`Left out: ${what}.`);
if (left.length > 0 && mustBeWhole) {
  console.error('CI is set, so nothing may be left out.');
  process.exitCode = 1;
} else if (browser) {
  const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const { status } = spawnSync(process.execPath, [playwright, 'test', ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, CHROMIUM_PATH: browser },
  });
  process.exitCode = status ?? 1;
}
