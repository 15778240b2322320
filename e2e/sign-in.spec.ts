import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { atHeading, createAccount, openAccount, signInByButton, signUp, withoutAutofill } from './actions.ts';
import { appName, expect, newPerson, test } from './fixtures.ts';
import type { ServerProcess } from './server-process.ts';

interface PostedApp extends AsyncDisposable {
  redirectUri: string;
  /** Where a browser begins to sign in. */
  address: string;
  /** What browsers posted. */
  posted: URLSearchParams[];
  redeem(code: string): Promise<{ status: number; body: Record<string, unknown> }>;
}

/** An app at another site, which takes its answers as posts alone. */
async function startPostedApp(server: ServerProcess): Promise<PostedApp> {
  const posted: PostedApp['posted'] = [];
  const listener = createServer(async (request, response) => {
    const isAnswer = request.method === 'POST' && request.url === '/callback';
    if (isAnswer) posted.push(new URLSearchParams(await text(request)));
    response.writeHead(isAnswer ? 200 : 405, { 'Content-Type': 'text/html' });
    response.end(isAnswer ? '<h1>The app was answered</h1>' : '');
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const redirectUri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/callback`;
  const options = ['--kind', 'browser', '--redirect', redirectUri, '--json'];
  const printed = await server.latchkey('app', 'add', 'Posted', ...options);
  const { id } = (JSON.parse(printed) as { app: { id: string } }).app;
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const asked = new URLSearchParams({
    ...{ client_id: id, redirect_uri: redirectUri, response_type: 'code', response_mode: 'form_post' },
    ...{ scope: 'openid', state: 'a state', code_challenge_method: 'S256' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  });
  return {
    ...{ redirectUri, posted, address: `${server.origin}/auth?${asked}` },
    async redeem(code) {
      const fields = { client_id: id, grant_type: 'authorization_code', redirect_uri: redirectUri };
      const body = new URLSearchParams({ ...fields, code, code_verifier: verifier });
      const answer = await fetch(`${server.origin}/token`, { method: 'POST', body });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
    async [Symbol.asyncDispose]() {
      listener.closeAllConnections();
      listener.close();
    },
  };
}

test.describe('signing in', () => {
  test('a new person signs up on the way to an app, allows it, and is signed in there', async ({
    page,
    authenticator,
    app,
  }) => {
    const person = newPerson('Grace Hopper');
    await page.goto(app.origin);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await atHeading(page, 'Sign in');
    await expect(page.getByText(`to continue to ${appName}`)).toBeVisible();
    await page.getByRole('link', { name: 'Create an account' }).click();
    await createAccount(page, person);
    await page.getByRole('button', { name: 'Allow' }).click();
    await atHeading(page, 'Signed in as Grace Hopper');
    await expect(page.getByRole('row', { name: /^acr phr/ })).toBeVisible();
    expect(await authenticator.credentials()).toHaveLength(1);
  });

  test('the button signs a returning person in', async ({ page, server }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await signInByButton(page, () => openAccount(page, server.origin));
    await atHeading(page, 'Your account');
  });

  test('autofill offers the passkey without a press of the button', async ({
    page,
    authenticator,
    server,
  }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await authenticator.setPresent(true);
    await openAccount(page, server.origin);
    await atHeading(page, 'Your account');
  });

  test('a dismissed prompt is no error and can be repeated', async ({ page, authenticator, server }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await authenticator.setVerified(false);
    await signInByButton(page, () => openAccount(page, server.origin));
    await expect(page.getByRole('status')).toContainText('Nothing happened');
    await authenticator.setVerified(true);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await atHeading(page, 'Your account');
  });

  test('an open prompt can be stopped', async ({ page, authenticator, server }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await authenticator.setPresent(false);
    await openAccount(page, server.origin);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('button', { name: 'Stop waiting' }).click();
    await expect(page.getByRole('status')).toContainText('Stopped');
    await expect(page.getByRole('button', { name: 'Sign in with a passkey' })).toBeEnabled();
  });

  test('a passkey that the server has never seen is refused and nothing is told about it', async ({
    page,
    authenticator,
    server,
  }) => {
    await signUp(page, server.origin, newPerson());
    const [known] = await authenticator.credentials();
    if (!known) throw new Error('no passkey was made');
    await authenticator.removeCredential(known.credentialId);
    await authenticator.addCredential({ ...known, credentialId: Buffer.alloc(32, 7).toString('base64') });
    await page.context().clearCookies();
    await signInByButton(page, () => openAccount(page, server.origin));
    await expect(page.getByRole('status')).toContainText('The passkey could not be verified');
    await atHeading(page, 'Sign in');
  });

  test('a passkey with another key is refused', async ({ page, authenticator, server }) => {
    const { generateKeyPairSync } = await import('node:crypto');
    await signUp(page, server.origin, newPerson());
    const [known] = await authenticator.credentials();
    if (!known) throw new Error('no passkey was made');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await authenticator.removeCredential(known.credentialId);
    await authenticator.addCredential({
      ...known,
      privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    });
    await page.context().clearCookies();
    await signInByButton(page, () => openAccount(page, server.origin));
    await expect(page.getByRole('status')).toContainText('The passkey could not be verified');
  });

  test('a lost network keeps the page and says so, and the next try works', async ({ page, server }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await withoutAutofill(page);
    await openAccount(page, server.origin);
    const button = page.getByRole('button', { name: 'Sign in with a passkey' });
    await expect(button).toBeEnabled();
    await page.context().setOffline(true);
    await button.click();
    await expect(page.getByRole('status')).toContainText(/offline|cannot be reached/);
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await atHeading(page, 'Your account');
  });

  test('cancelling brings the person back to the app, which learns that they said no', async ({
    page,
    app,
  }) => {
    await page.goto(`${app.origin}/sign-in`);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page).toHaveURL(new RegExp(`^${app.origin}`));
    await atHeading(page, 'You did not sign in');
  });

  test('an app is answered by a form that the browser posts to it (form_post)', async ({ page, server }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await using app = await startPostedApp(server);
    await signInByButton(page, () => page.goto(app.address));
    await page.getByRole('button', { name: 'Allow' }).click();
    await atHeading(page, 'The app was answered');
    expect(page.url()).toBe(app.redirectUri);
    const [answer] = app.posted;
    expect([answer?.get('state'), answer?.get('iss')]).toEqual(['a state', server.origin]);
    const redeemed = await app.redeem(answer?.get('code') ?? '');
    expect([redeemed.status, redeemed.body.token_type]).toEqual([200, 'Bearer']);
  });

  test('F19 a double click makes one session', async ({ page, server }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    await withoutAutofill(page);
    await openAccount(page, server.origin);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).dblclick();
    await atHeading(page, 'Your account');
    // The session of the sign-up is gone with its cookie, but not ended: it and the new one.
    await expect(
      page.getByRole('region', { name: 'Where you are signed in' }).getByRole('listitem'),
    ).toHaveCount(2);
  });

  test('F19 a sign-in finished in one tab leaves a friendly page in the other', async ({
    page,
    app,
    server,
  }) => {
    await signUp(page, server.origin, newPerson());
    await page.context().clearCookies();
    let address = '';
    await signInByButton(page, async () => {
      await page.goto(`${app.origin}/sign-in`);
      address = page.url();
    });
    await page.getByRole('button', { name: 'Allow' }).click();
    await atHeading(page, /^Signed in as/);
    const other = await page.context().newPage();
    await other.goto(address);
    await atHeading(other, 'This sign-in has ended');
  });
});
