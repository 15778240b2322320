/**
 * Drives the pages' scripts in a browser: `node --test` with the `*.check.ts` files of `views` that hold tests, this
 * one, `account` and `console`, after `node views/build.ts`.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  arrived,
  button,
  creationOptions,
  fill,
  focused,
  open,
  ownPasskey,
  requestOptions,
  says,
  visit,
  visitEachTime,
} from './testing.ts';

visitEachTime();

describe('creating a passkey', () => {
  it('sends who it is, then the new passkey, and moves on', async () => {
    visit.answers = { '/answer/options': creationOptions(), '/answer/finish': { location: '/home' } };
    await open('setup');
    await fill();
    await visit.page.keyboard.press('Enter');
    await arrived();
    assert.deepEqual(visit.posted[0]?.body, { name: 'Sample Person', userName: 'sample.person' });
    assert.equal((visit.posted[1]?.body.response as { type: string } | undefined)?.type, 'public-key');
  });

  it('says what is missing beside the field and goes there', async () => {
    await open('setup');
    await button('Create passkey').click();
    await visit.page.locator('#form-name-problem', { hasText: 'Please fill this in.' }).waitFor();
    assert.equal(await visit.page.getByLabel('Your name').getAttribute('aria-invalid'), 'true');
    assert.equal(await visit.page.evaluate('document.activeElement.name'), 'name');
    assert.equal(visit.posted.length, 0);
  });

  it('shows the refusal of a field beside it and keeps what was typed', async () => {
    visit.answers = { '/answer/options': { error: 'user_name_taken', message: 'taken', field: 'userName' } };
    await open('setup?lang=de');
    await visit.page.getByLabel('Ihr Name').fill('Sample Person');
    await visit.page.getByLabel('Benutzername').fill('sample.person');
    await button('Passkey erstellen').click();
    await visit.page.locator('#form-userName-problem', { hasText: 'schon vergeben' }).waitFor();
    assert.equal(await visit.page.getByLabel('Benutzername').inputValue(), 'sample.person');
  });

  it('knows a device that has a passkey already', async () => {
    await ownPasskey();
    const [passkey] = await visit.authenticator.credentials();
    const id = Buffer.from(passkey?.credentialId ?? '', 'base64').toString('base64url');
    visit.answers = {
      '/answer/options': creationOptions({ excludeCredentials: [{ type: 'public-key', id }] }),
    };
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
    visit.answers = { '/answer/options': creationOptions({ rp: { id: 'other.example', name: 'x' } }) };
    await open('recovery');
    await button('Create passkey').click();
    await says(/may not use these passkeys/);
    for (const [name, sentence] of Object.entries(sentences)) {
      await visit.page.evaluate(
        `navigator.credentials.create = () => Promise.reject(new DOMException('', '${name}'))`,
      );
      await button('Create passkey').click();
      await says(sentence);
    }
  });

  it('keeps the passkey while the network is away, and sends it on the next try', async () => {
    visit.answers = { '/answer/options': creationOptions(), '/answer/finish': { location: '/home' } };
    await open('setup');
    await fill();
    await visit.page.route('**/answer/finish', (route) => route.abort(), { times: 1 });
    await button('Create passkey').click();
    await says(/cannot be reached/);
    assert.equal(await focused(), 'Try again');
    assert.equal(await visit.page.getByLabel('User name').inputValue(), 'sample.person');
    await button('Try again').click();
    await arrived();
    assert.deepEqual(
      visit.posted.map(({ path }) => path),
      ['/answer/options', '/answer/finish'],
    );
  });
});

describe('signing in', () => {
  it('works by the button, without typing, and remembers if asked to', async () => {
    await ownPasskey();
    await visit.authenticator.setPresent(false);
    visit.answers = { '/answer/finish': { location: '/home' } };
    await open('sign-in');
    await visit.page.getByLabel('Keep me signed in').check();
    await button('Sign in with a passkey').click();
    await visit.authenticator.setPresent(true);
    await arrived();
    const login = visit.posted.find(({ path }) => path === '/answer/finish');
    assert.equal(login?.body.remember, true);
    assert.equal((login?.body.response as { type: string } | undefined)?.type, 'public-key');
  });

  it('works by autofill, with the options that came with the page', async () => {
    await ownPasskey();
    visit.answers = { '/answer/finish': { location: '/home' } };
    await open('sign-in');
    await arrived();
    assert.deepEqual(
      visit.posted.map(({ path }) => path),
      ['/answer/finish'],
    );
  });

  it('calls a dialog that came to nothing no error, and is ready for the next try', async () => {
    visit.answers = { '/answer/options': () => requestOptions() };
    await open('sign-in');
    await button('Sign in with a passkey').click();
    await says(/Nothing happened/);
    assert.equal(await visit.page.locator('[data-says]').getAttribute('data-kind'), 'calm');
    await button('Sign in with a passkey').click();
    await says(/Nothing happened/);
    assert.ok(visit.posted.some(({ path }) => path === '/answer/options'));
  });

  it('can be stopped while the browser waits, and nothing moves meanwhile', async () => {
    await ownPasskey();
    await visit.authenticator.setPresent(false);
    await open('sign-in');
    const below = visit.page.getByRole('link', { name: 'I lost my passkey' });
    const before = await below.boundingBox();
    await button('Sign in with a passkey').click();
    await says(/Your browser is asking for your passkey/);
    assert.deepEqual(await below.boundingBox(), before);
    await button('Stop waiting').click();
    await says(/Stopped/);
  });

  it('says what the server refused, in the language of the page', async () => {
    await ownPasskey();
    visit.answers = { '/answer/finish': { error: 'passkey_rejected', message: 'rejected' } };
    await open('sign-in?lang=de');
    await says(/konnte nicht geprüft werden/);
  });

  it('says when it is offline', async () => {
    await open('sign-in');
    await visit.context.setOffline(true);
    await button('Cancel').click();
    await says(/You are offline/);
  });

  it('keeps the answer while the network is away, and nothing that it covers takes the focus', async () => {
    await ownPasskey();
    visit.answers = { '/answer/finish': { location: '/home' } };
    await visit.page.route('**/answer/finish', (route) => route.abort(), { times: 1 });
    await open('sign-in');
    await says(/cannot be reached/);
    assert.equal(await focused(), 'Try again');
    await visit.page.keyboard.press('Shift+Tab');
    assert.equal(await visit.page.evaluate('document.activeElement.id'), 'user-name');
    await button('Try again').click();
    await arrived();
  });

  it('goes back to the app on Cancel', async () => {
    visit.answers = { '/answer/abort': { location: '/home' } };
    await open('sign-in');
    await button('Cancel').click();
    await arrived();
  });

  it('says so where the browser has no passkeys at all', async () => {
    await visit.page.addInitScript('delete window.PublicKeyCredential');
    await open('sign-in');
    await says(/cannot use passkeys/);
  });

  it('names the right address where the page is at the wrong one', async () => {
    await visit.page.goto(`http://127.0.0.1:${visit.gallery.port}/sign-in`);
    await visit.page.getByRole('heading', { name: 'This is not the right address' }).waitFor();
    await visit.page.getByRole('link', { name: 'Go to the right address' }).click();
    await visit.page.waitForURL(`http://localhost:${visit.gallery.port}/sign-in`);
  });
});

describe('consent', () => {
  it('moves on after Allow, and after Cancel', async () => {
    visit.answers = { '/answer/finish': { location: '/home' }, '/answer/abort': { location: '/home' } };
    for (const name of ['Allow', 'Cancel']) {
      await open('consent');
      await button(name).click();
      await arrived();
    }
    assert.deepEqual(
      visit.posted.map(({ path }) => path),
      ['/answer/finish', '/answer/abort'],
    );
  });
});
