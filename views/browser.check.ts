/**
 * Drives the pages' scripts in a browser with a virtual authenticator: `node --test views/browser.check.ts`, after
 * `node views/build.ts`. The gallery answers in the server's place, so that every error can be had.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import bundledChromium from '@sparticuz/chromium';
import { addAuthenticator, type VirtualAuthenticator } from '../e2e/authenticator.ts';
import { type Gallery, openGallery } from './gallery.ts';

interface Posted {
  path: string;
  body: Record<string, unknown>;
}

let gallery: Gallery;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let authenticator: VirtualAuthenticator;
let posted: Posted[];
/** What the server answers, by path; a function may look at what was sent. */
let answers: Record<string, object | ((body: Posted['body']) => object)>;

before(async () => {
  gallery = await openGallery();
  const executablePath = await bundledChromium.executablePath();
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
});

after(async () => {
  await browser.close();
  await gallery[Symbol.asyncDispose]();
});

beforeEach(async () => {
  posted = [];
  answers = {};
  gallery.answer = (path, body) => {
    posted.push({ path, body: body as Posted['body'] });
    const answer = answers[path];
    const value = typeof answer === 'function' ? answer(body as Posted['body']) : answer;
    return value && { status: 'error' in value ? 400 : 200, body: value };
  };
  context = await browser.newContext();
  page = await context.newPage();
  page.setDefaultTimeout(5000);
  authenticator = await addAuthenticator(page);
});

afterEach(() => context.close());

const open = (path: string) => page.goto(`http://localhost:${gallery.port}/${path}`);
const button = (name: string) => page.getByRole('button', { name, exact: true });
const arrived = () => page.waitForURL('**/home');
const challenge = () => randomBytes(32).toString('base64url');
const requestOptions = (more = {}) => ({ options: { challenge: challenge(), rpId: 'localhost', ...more } });
const creationOptions = (more = {}) => ({
  options: {
    challenge: challenge(),
    rp: { id: 'localhost', name: 'Sample Works' },
    user: { id: challenge(), name: 'sample.person', displayName: 'Sample Person' },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    ...more,
  },
});

const focused = () => page.evaluate('document.activeElement.textContent');

/** What the page says below its button, once it says this. */
async function says(text: RegExp): Promise<void> {
  await page.locator('[data-says]:visible', { hasText: text }).first().waitFor();
}

async function fill(): Promise<void> {
  await page.getByLabel('Your name').fill('Sample Person');
  await page.getByLabel('User name').fill('sample.person');
}

/** Puts a passkey into the virtual authenticator, by way of the setup page. */
async function ownPasskey(): Promise<void> {
  answers = { '/answer/options': creationOptions(), '/answer/finish': { location: '/home' } };
  await open('setup');
  await fill();
  await button('Create passkey').click();
  await arrived();
  posted = [];
  answers = {};
}

describe('creating a passkey', () => {
  it('sends who it is, then the new passkey, and moves on', async () => {
    answers = { '/answer/options': creationOptions(), '/answer/finish': { location: '/home' } };
    await open('setup');
    await fill();
    await page.keyboard.press('Enter');
    await arrived();
    assert.deepEqual(posted[0]?.body, { name: 'Sample Person', userName: 'sample.person' });
    assert.equal((posted[1]?.body.response as { type: string } | undefined)?.type, 'public-key');
  });

  it('says what is missing beside the field and goes there', async () => {
    await open('setup');
    await button('Create passkey').click();
    await page.locator('#form-name-problem', { hasText: 'Please fill this in.' }).waitFor();
    assert.equal(await page.getByLabel('Your name').getAttribute('aria-invalid'), 'true');
    assert.equal(await page.evaluate('document.activeElement.name'), 'name');
    assert.equal(posted.length, 0);
  });

  it('shows the refusal of a field beside it and keeps what was typed', async () => {
    answers = { '/answer/options': { error: 'user_name_taken', message: 'taken', field: 'userName' } };
    await open('setup?lang=de');
    await page.getByLabel('Ihr Name').fill('Sample Person');
    await page.getByLabel('Benutzername').fill('sample.person');
    await button('Passkey erstellen').click();
    await page.locator('#form-userName-problem', { hasText: 'schon vergeben' }).waitFor();
    assert.equal(await page.getByLabel('Benutzername').inputValue(), 'sample.person');
  });

  it('knows a device that has a passkey already', async () => {
    await ownPasskey();
    const [passkey] = await authenticator.credentials();
    const id = Buffer.from(passkey?.credentialId ?? '', 'base64').toString('base64url');
    answers = { '/answer/options': creationOptions({ excludeCredentials: [{ type: 'public-key', id }] }) };
    await open('recovery');
    await button('Create passkey').click();
    await says(/already has a passkey/);
  });

  it('has a sentence for each way in which a browser refuses', async () => {
    const sentences: Record<string, RegExp> = {
      NotAllowedError: /Nothing happened/,
      AbortError: /Stopped/,
      InvalidStateError: /already has a passkey/,
      SecurityError: /may not use these passkeys/,
      NotSupportedError: /no kind of passkey that is accepted/,
      ConstraintError: /cannot keep a passkey protected by a screen lock/,
      UnknownError: /could not finish this/,
    };
    answers = { '/answer/options': creationOptions({ rp: { id: 'other.example', name: 'x' } }) };
    await open('recovery');
    await button('Create passkey').click();
    await says(/may not use these passkeys/);
    for (const [name, sentence] of Object.entries(sentences)) {
      await page.evaluate(
        `navigator.credentials.create = () => Promise.reject(new DOMException('', '${name}'))`,
      );
      await button('Create passkey').click();
      await says(sentence);
    }
  });

  it('keeps the passkey while the network is away, and sends it on the next try', async () => {
    answers = { '/answer/options': creationOptions(), '/answer/finish': { location: '/home' } };
    await open('setup');
    await fill();
    await page.route('**/answer/finish', (route) => route.abort(), { times: 1 });
    await button('Create passkey').click();
    await says(/cannot be reached/);
    assert.equal(await focused(), 'Try again');
    assert.equal(await page.getByLabel('User name').inputValue(), 'sample.person');
    await button('Try again').click();
    await arrived();
    assert.deepEqual(
      posted.map(({ path }) => path),
      ['/answer/options', '/answer/finish'],
    );
  });
});

describe('signing in', () => {
  it('works by the button, without typing, and remembers if asked to', async () => {
    await ownPasskey();
    await authenticator.setPresent(false);
    answers = { '/answer/finish': { location: '/home' } };
    await open('sign-in');
    await page.getByLabel('Keep me signed in').check();
    await button('Sign in with a passkey').click();
    await authenticator.setPresent(true);
    await arrived();
    const login = posted.find(({ path }) => path === '/answer/finish');
    assert.equal(login?.body.remember, true);
    assert.equal((login?.body.response as { type: string } | undefined)?.type, 'public-key');
  });

  it('works by autofill, with the options that came with the page', async () => {
    await ownPasskey();
    answers = { '/answer/finish': { location: '/home' } };
    await open('sign-in');
    await arrived();
    assert.deepEqual(
      posted.map(({ path }) => path),
      ['/answer/finish'],
    );
  });

  it('calls a dialog that came to nothing no error, and is ready for the next try', async () => {
    answers = { '/answer/options': () => requestOptions() };
    await open('sign-in');
    await button('Sign in with a passkey').click();
    await says(/Nothing happened/);
    assert.equal(await page.locator('[data-says]').getAttribute('data-kind'), 'calm');
    await button('Sign in with a passkey').click();
    await says(/Nothing happened/);
    assert.ok(posted.some(({ path }) => path === '/answer/options'));
  });

  it('can be stopped while the browser waits, and nothing moves meanwhile', async () => {
    await ownPasskey();
    await authenticator.setPresent(false);
    await open('sign-in');
    const below = page.getByRole('link', { name: 'I lost my passkey' });
    const before = await below.boundingBox();
    await button('Sign in with a passkey').click();
    await says(/Your browser is asking for your passkey/);
    assert.deepEqual(await below.boundingBox(), before);
    await button('Stop waiting').click();
    await says(/Stopped/);
  });

  it('says what the server refused, in the language of the page', async () => {
    await ownPasskey();
    answers = { '/answer/finish': { error: 'passkey_rejected', message: 'rejected' } };
    await open('sign-in?lang=de');
    await says(/konnte nicht geprüft werden/);
  });

  it('says when it is offline', async () => {
    await open('sign-in');
    await context.setOffline(true);
    await button('Cancel').click();
    await says(/You are offline/);
  });

  it('keeps the answer while the network is away, and nothing that it covers takes the focus', async () => {
    await ownPasskey();
    answers = { '/answer/finish': { location: '/home' } };
    await page.route('**/answer/finish', (route) => route.abort(), { times: 1 });
    await open('sign-in');
    await says(/cannot be reached/);
    assert.equal(await focused(), 'Try again');
    await page.keyboard.press('Shift+Tab');
    assert.equal(await page.evaluate('document.activeElement.id'), 'user-name');
    await button('Try again').click();
    await arrived();
  });

  it('goes back to the app on Cancel', async () => {
    answers = { '/answer/abort': { location: '/home' } };
    await open('sign-in');
    await button('Cancel').click();
    await arrived();
  });

  it('says so where the browser has no passkeys at all', async () => {
    await page.addInitScript('delete window.PublicKeyCredential');
    await open('sign-in');
    await says(/cannot use passkeys/);
  });

  it('names the right address where the page is at the wrong one', async () => {
    await page.goto(`http://127.0.0.1:${gallery.port}/sign-in`);
    await page.getByRole('heading', { name: 'This is not the right address' }).waitFor();
    await page.getByRole('link', { name: 'Go to the right address' }).click();
    await page.waitForURL(`http://localhost:${gallery.port}/sign-in`);
  });
});

describe('consent', () => {
  it('moves on after Allow, and after Cancel', async () => {
    answers = { '/answer/finish': { location: '/home' }, '/answer/abort': { location: '/home' } };
    for (const name of ['Allow', 'Cancel']) {
      await open('consent');
      await button(name).click();
      await arrived();
    }
    assert.deepEqual(
      posted.map(({ path }) => path),
      ['/answer/finish', '/answer/abort'],
    );
  });
});

describe('the account', () => {
  const confirming = () => ({
    '/account/confirm/options': requestOptions(),
    '/account/confirm': { proof: 'p' },
  });

  it('adds a passkey: first one that is there, then the new one', async () => {
    await ownPasskey();
    answers = {
      ...confirming(),
      '/account/passkeys/options': creationOptions(),
      '/account/passkeys': { location: '/home' },
    };
    await open('account');
    await button('Add a passkey').click();
    await button('Confirm it is you').click();
    await says(/Now create the new passkey/);
    await button('Create passkey').click();
    await arrived();
    assert.deepEqual(
      posted.map(({ path }) => path),
      ['/account/confirm/options', '/account/confirm', '/account/passkeys/options', '/account/passkeys'],
    );
    assert.deepEqual(posted[0]?.body, { purpose: 'add-passkey' });
    assert.deepEqual(posted[2]?.body, { proof: 'p' });
  });

  it('renames and removes a passkey with a proof for exactly that', async () => {
    await ownPasskey();
    answers = {
      ...confirming(),
      '/account/passkeys/rename': {},
      '/account/passkeys/remove': { location: '/home' },
    };
    await open('account');
    await button('Rename').first().click();
    await page.getByLabel('Name', { exact: true }).first().fill('Blue laptop');
    await Promise.all([page.waitForEvent('load'), button('Save name').click()]);
    assert.deepEqual(posted.at(-1)?.body, { passkeyId: 'one', name: 'Blue laptop', proof: 'p' });
    await open('account');
    await button('Remove').nth(1).click();
    await button('Remove passkey').click();
    await arrived();
    assert.deepEqual(posted.at(-1)?.body, { passkeyId: 'two', proof: 'p' });
  });

  it('tells the browser which passkeys there are, so that it forgets removed ones', async () => {
    await ownPasskey();
    const [passkey] = await authenticator.credentials();
    const userId = Buffer.from(passkey?.userHandle ?? '', 'base64').toString('base64url');
    const signal = {
      rpId: 'localhost',
      userId,
      passkeyIds: [],
      userName: 'new.name',
      displayName: 'New Name',
    };
    await page.route('**/account', async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      await route.fulfill({
        response,
        body: text.replace('"signals":[]', `"signals":[${JSON.stringify(signal)}]`),
      });
    });
    await open('account');
    await button('Save changes').waitFor();
    await page.waitForTimeout(500);
    assert.deepEqual(await authenticator.credentials(), []);
  });

  it('closes a dialog with Escape and gives the focus back', async () => {
    await open('account');
    await button('Remove').nth(1).click();
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate('document.activeElement.dataset.opens'), 'remove-1');
  });

  it('ends sessions and disconnects apps where they stand', async () => {
    answers = {
      '/account/sessions/end': {},
      '/account/sessions/end-others': {},
      '/account/apps/disconnect': {},
    };
    await open('account');
    await button('End session').first().click();
    await says(/Saved/);
    await button('End all others').click();
    await button('End session').waitFor({ state: 'detached' });
    await button('Disconnect').first().click();
    await page.getByText('Field Notes').waitFor({ state: 'detached' });
    assert.equal(await page.getByText('No app is connected yet').isVisible(), false);
    await button('Disconnect').click();
    await page.getByText('No app is connected yet').waitFor();
    assert.deepEqual(
      posted.map(({ body }) => body),
      [{ uid: 'b' }, {}, { appId: 'notes' }, { appId: 'wiki' }],
    );
  });

  it('saves the profile, and the language when it is another', async () => {
    answers = { '/account/profile': {}, '/account/language': {} };
    await open('account');
    await page.getByLabel('Your name').fill('Another Name');
    await button('Save changes').click();
    await says(/Saved/);
    await page.getByText('Another Name (sample.person)').waitFor();
    await page.getByLabel('Language', { exact: true }).selectOption('de');
    await Promise.all([page.waitForEvent('load'), button('Save changes').click()]);
    assert.deepEqual(posted.at(-1)?.body, { locale: 'de' });
    assert.deepEqual(posted[0]?.body, { name: 'Another Name', email: 'sample.person@example.com' });
  });
});
