import { defineConfig, devices } from '@playwright/test';
import { browserArgs, findBrowser } from './e2e/browser.ts';
import type { Engine } from './e2e/fixtures.ts';

const executablePath = await findBrowser();

// biome-ignore lint/style/noDefaultExport: Playwright reads its configuration from the default export
export default defineConfig<object, { engine: Engine; split: boolean }>({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  outputDir: 'test-results',
  workers: 2,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  timeout: 20_000,
  expect: { timeout: 5_000 },
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    launchOptions: { ...(executablePath && { executablePath }), args: browserArgs },
    trace: 'retain-on-failure',
    locale: 'en-GB',
  },
  projects: [
    { name: 'sqlite', use: { engine: 'sqlite' } },
    // Its one port is the demo's, so that it runs once.
    { name: 'passkeys-remote', use: { engine: 'sqlite', split: true }, testIgnore: 'try-it.spec.ts' },
    ...(process.env.TEST_MONGO_URL
      ? [{ name: 'mongo', use: { engine: 'mongodb' as const }, testIgnore: 'try-it.spec.ts' }]
      : []),
  ],
});
