import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';

const wellKnown = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
];

/** Flags of our own: those that `@sparticuz/chromium` proposes switch web security off. */
export const browserArgs = ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb'];

/**
 * A Chromium that starts on this machine: the one `CHROMIUM_PATH` names, an installed one, or the one that
 * comes as a development dependency (Linux alone). `undefined` if none does.
 */
export async function findBrowser(): Promise<string | undefined> {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH) return CHROMIUM_PATH;
  const installed = wellKnown.find((file) => existsSync(file) && starts(file));
  if (installed) return installed;
  if (process.platform !== 'linux') return undefined;
  const bundled = await sparticuz.executablePath();
  return starts(bundled) ? bundled : undefined;
}

function starts(file: string): boolean {
  try {
    execFileSync(file, ['--version', '--no-sandbox'], { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
