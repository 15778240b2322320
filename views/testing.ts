/** A browser with a virtual authenticator in the gallery, which answers in the server's place: every error can be had. */
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, beforeEach } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import bundledChromium from '@sparticuz/chromium';
import { addAuthenticator, type VirtualAuthenticator } from '../e2e/authenticator.ts';
import { type Gallery, openGallery } from './gallery.ts';

interface Posted {
  path: string;
  body: Record<string, unknown>;
}

/** Of the test that runs. */
export const visit = {} as {
  gallery: Gallery;
  context: BrowserContext;
  page: Page;
  authenticator: VirtualAuthenticator;
  posted: Posted[];
  /** What the server answers, by path; a function may look at what was sent. */
  answers: Record<string, object | ((body: Posted['body']) => object)>;
};

/** Gives every test of a file a browser of its own. */
export function visitEachTime(): void {
  let browser: Browser;

  before(async () => {
    visit.gallery = await openGallery();
    const executablePath = await bundledChromium.executablePath();
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });

  after(async () => {
    await browser.close();
    await visit.gallery[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    visit.posted = [];
    visit.answers = {};
    visit.gallery.answer = (path, body) => {
      visit.posted.push({ path, body: body as Posted['body'] });
      const answer = visit.answers[path];
      const value = typeof answer === 'function' ? answer(body as Posted['body']) : answer;
      return value && { status: 'error' in value ? 400 : 200, body: value };
    };
    visit.context = await browser.newContext();
    visit.page = await visit.context.newPage();
    visit.page.setDefaultTimeout(5000);
    visit.authenticator = await addAuthenticator(visit.page);
  });

  afterEach(() => visit.context.close());
}

export const open = (path: string) => visit.page.goto(`http://localhost:${visit.gallery.port}/${path}`);
export const button = (name: string) => visit.page.getByRole('button', { name, exact: true });
export const arrived = () => visit.page.waitForURL('**/home');
export const challenge = () => randomBytes(32).toString('base64url');
export const requestOptions = (more = {}) => ({
  options: { challenge: challenge(), rpId: 'localhost', ...more },
});
export const creationOptions = (more = {}) => ({
  options: {
    challenge: challenge(),
    rp: { id: 'localhost', name: 'Sample Works' },
    user: { id: challenge(), name: 'sample.person', displayName: 'Sample Person' },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    ...more,
  },
});

export const focused = () => visit.page.evaluate('document.activeElement.textContent');

/** What the page says below its button, once it says this. */
export async function says(text: RegExp): Promise<void> {
  await visit.page.locator('[data-says]:visible', { hasText: text }).first().waitFor();
}

export async function fill(): Promise<void> {
  await visit.page.getByLabel('Your name').fill('Sample Person');
  await visit.page.getByLabel('User name').fill('sample.person');
}

/** Puts a passkey into the virtual authenticator, by way of the setup visit.page. */
export async function ownPasskey(): Promise<void> {
  visit.answers = { '/answer/options': creationOptions(), '/answer/finish': { location: '/home' } };
  await open('setup');
  await fill();
  await button('Create passkey').click();
  await arrived();
  visit.posted = [];
  visit.answers = {};
}
