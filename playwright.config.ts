import { defineConfig, devices } from '@playwright/test';
import { browserArgs, findBrowser } from './e2e/browser.ts';
import type { Engine } from './e2e/fixtures.ts';

const executablePath = await findBrowser();

/** Its one port is the demo's. */
const onceAlone = 'try-it.spec.ts';
/** Where the passkey manager is in the same process it cannot be away. */
const splitAlone = 'passkeys-away.spec.ts';

/** Its servers have the passkey manager beside them: of several, one alone has the console. */
const consoleAlone = 'console*.spec.ts';

// biome-ignore lint/style/noDefaultExport: Playwright reads its configuration from the default export
export default defineConfig<object, { engine: Engine; split: boolean }>({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  outputDir: 'test-results',
  workers: 2,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // A machine may be slow, and is slow now and then: what fails once and then passes is told as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    launchOptions: { ...(executablePath && { executablePath }), args: browserArgs },
    trace: 'retain-on-failure',
    locale: 'en-GB',
  },
  projects: [
    { name: 'sqlite', use: { engine: 'sqlite' }, testIgnore: splitAlone },
    {
      name: 'passkeys-remote',
      use: { engine: 'sqlite', split: true },
      testIgnore: [onceAlone, consoleAlone],
    },
    ...(process.env.TEST_MONGO_URL
      ? [{ name: 'mongo', use: { engine: 'mongodb' as const }, testIgnore: [splitAlone, onceAlone] }]
      : []),
  ],
});
