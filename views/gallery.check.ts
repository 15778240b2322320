/**
 * Looks at every page with a browser: `node views/gallery.check.ts [folder]`, after `node views/build.ts`.
 * axe finds nothing and nothing scrolls sideways at 320, 390 and 1280 px, in light and dark, from the right to the
 * left, and in forced colours; with a folder, four screenshots of each page are put there.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, chromium, type Page } from '@playwright/test';
import bundledChromium from '@sparticuz/chromium';
import { allSamples, type Gallery, openGallery } from './gallery.ts';

interface Look {
  name: string;
  width: number;
  scheme: 'light' | 'dark';
  query?: string;
  forcedColors?: 'active';
  picture?: boolean;
}

const looks: readonly Look[] = [
  { name: 'phone-light', width: 390, scheme: 'light', picture: true },
  { name: 'phone-dark', width: 390, scheme: 'dark', query: '?lang=de', picture: true },
  { name: 'desktop-light', width: 1280, scheme: 'light', query: '?lang=de', picture: true },
  { name: 'desktop-dark', width: 1280, scheme: 'dark', picture: true },
  { name: 'narrow', width: 320, scheme: 'light', query: '?lang=de' },
  { name: 'right-to-left', width: 390, scheme: 'light', query: '?dir=rtl' },
  { name: 'forced-colors', width: 390, scheme: 'dark', forcedColors: 'active' },
];

/** States that a page gets into by use: they are looked at like pages. */
const states: Readonly<Record<string, { sample: string; reach: (page: Page) => Promise<void> }>> = {
  'account.adding': {
    sample: 'account',
    reach: (page) => page.locator('[data-opens=add-passkey]').first().click(),
  },
  'account.removing': { sample: 'account', reach: (page) => page.locator('[data-opens=remove-1]').click() },
  'account.renaming': { sample: 'account', reach: (page) => page.locator('[data-opens=rename-0]').click() },
  'setup.unfilled': { sample: 'setup', reach: (page) => page.locator('[data-ceremony]').click() },
  'sign-in.away': {
    sample: 'sign-in',
    async reach(page) {
      await page.locator('[data-abort]').click();
      await page.locator('[data-says][data-kind=problem]').waitFor();
    },
  },
  'sign-in.other-device': { sample: 'sign-in', reach: (page) => page.locator('summary').first().click() },
  'step-up.registering': {
    sample: 'step-up',
    async reach(page) {
      await page.locator('summary').first().click();
      await page.locator('[data-says]').first().waitFor();
    },
  },
  'sign-in.wrong-place': { sample: 'sign-in', reach: (page) => atHost(page, '127.0.0.1') },
  'setup.wrong-host': { sample: 'setup', reach: (page) => atHost(page, 'other.localhost') },
};

async function atHost(page: Page, hostname: string): Promise<void> {
  const url = new URL(page.url());
  url.hostname = hostname;
  await page.goto(url.href);
  await page.locator('[data-wrong-place]:visible').waitFor();
}

/** Buttons, inputs and summaries below 44 px; links in running text may be smaller (WCAG 2.2 §2.5.8). Boxes are as large as their labels. */
const findSmallTargets = `[...document.querySelectorAll('button, summary, select, input:not([type=checkbox],[type=radio],[type=hidden]), .languages a')]
  .filter((element) => element.checkVisibility())
  .filter((element) => { const { width, height } = element.getBoundingClientRect(); return Math.min(width, height) < 43.9; })
  .map((element) => element.outerHTML.slice(0, 120))`;

/** What would move, although less motion was asked for. */
const findMotion = `[...document.querySelectorAll('*')].flatMap((element) =>
  ['', '::before', '::after']
    .map((part) => ({ name: element.tagName + '.' + element.className + part, style: getComputedStyle(element, part || undefined) }))
    .filter(({ style }) => style.transitionDuration !== '0s' || style.animationName !== 'none')
    .map(({ name }) => name))`;

const folder = process.argv[2];
const only = process.argv[3];
const problems: string[] = [];
if (folder) await mkdir(folder, { recursive: true });
{
  await using gallery = await openGallery();
  const browser = await chromium.launch({
    executablePath: await bundledChromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  for (const look of looks) await lookAtAll(browser, gallery, look);
  await lookWithoutScripts(browser, gallery);
  await browser.close();
}
for (const problem of problems) console.error(problem);
console.log(
  `${Object.keys(allSamples).length} pages, ${Object.keys(states).length} states, ${problems.length} problems`,
);
process.exitCode = problems.length > 0 ? 1 : 0;

async function lookAtAll(browser: Browser, gallery: Gallery, look: Look): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.width < 500 ? 780 : 900 },
    colorScheme: look.scheme,
    forcedColors: look.forcedColors ?? 'none',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    // The gallery answers 503 to what is not a page; that is one of the states.
    if (message.type() === 'error' && !message.text().includes('503'))
      problems.push(`${look.name} ${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`${look.name} ${page.url()}: ${error.message}`));
  const pages = Object.keys(allSamples).map((sample) => ({ name: sample, sample, reach: undefined }));
  const reached = Object.entries(states).map(([name, state]) => ({ name, ...state }));
  for (const { name, sample, reach } of [...pages, ...reached]) {
    if (only && !name.startsWith(only)) continue;
    await page.goto(`http://localhost:${gallery.port}/${sample}${look.query ?? ''}`);
    await reach?.(page);
    await inspect(page, name, look);
  }
  await context.close();
}

async function inspect(page: Page, name: string, look: Look): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  for (const { id, nodes } of violations)
    problems.push(
      `${look.name} ${name}: ${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary ?? ''}`).join(' | ')}`,
    );
  const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  if (Number(overflow) > 0) problems.push(`${look.name} ${name}: scrolls sideways by ${overflow} px`);
  const small = (await page.evaluate(findSmallTargets)) as string[];
  for (const target of small) problems.push(`${look.name} ${name}: smaller than 44 px: ${target}`);
  const moving = (await page.evaluate(findMotion)) as string[];
  if (moving.length > 0) problems.push(`${look.name} ${name}: moves: ${[...new Set(moving)].join(', ')}`);
  if (folder && look.picture)
    await page.screenshot({ path: join(folder, `${name}.${look.name}.png`), fullPage: true });
}

/** Without scripts every page has a heading and says something; what needs scripts is not there to be pressed. */
async function lookWithoutScripts(browser: Browser, gallery: Gallery): Promise<void> {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: 390, height: 780 },
  });
  const page = await context.newPage();
  for (const name of Object.keys(allSamples)) {
    if (only && !name.startsWith(only)) continue;
    await page.goto(`http://localhost:${gallery.port}/${name}`);
    if ((await page.locator('h1').count()) !== 1) problems.push(`without scripts ${name}: no heading`);
    if ((await page.locator('button:disabled:visible').count()) > 0)
      problems.push(`without scripts ${name}: a button that does nothing`);
    if (folder) await page.screenshot({ path: join(folder, `${name}.no-scripts.png`), fullPage: true });
  }
  await context.close();
}
