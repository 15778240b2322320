import { complaintsOf } from './complaints.ts';
import { expect, test } from './fixtures.ts';
import { visitAllPages } from './tour.ts';

const narrow = { width: 320, height: 640 };

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe finds nothing on any page at 320 px, ${colorScheme}, nothing needs scrolling sideways, nothing moves`, async ({
    page,
    authenticator,
    freshServer,
    app,
    model,
  }) => {
    test.setTimeout(240_000);
    await page.setViewportSize(narrow);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const server = await freshServer({ LATCHKEY_SIGN_UP: 'open', ...model.settings });
    const found: string[] = [];
    await visitAllPages({ page, authenticator, server, model, appOrigin: app.origin }, async (name) => {
      for (const complaint of await complaintsOf(page)) found.push(`${name}: ${complaint}`);
    });
    expect(found).toEqual([]);
  });

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the sign-in page says that passkeys need them', async ({ page, server }) => {
    await page.goto(`${server.origin}/account`);
    // Playwright's look for text leaves <noscript> out.
    await expect(page.locator('noscript p')).toBeVisible();
    await expect(page.locator('noscript p')).toContainText('Passkeys need JavaScript');
    await expect(page.getByRole('button', { name: 'Sign in with a passkey' })).not.toBeVisible();
  });

  test('the pages that need none work', async ({ page, server }) => {
    await page.goto(`${server.origin}/lost-passkey`);
    await expect(page.getByRole('link', { name: 'Back to sign-in' })).toBeVisible();
    await page.goto(`${server.origin}/nothing-here`);
    await expect(page.getByRole('heading', { level: 1, name: 'There is nothing here' })).toBeVisible();
  });
});

test('the browser’s language is spoken, and a link changes it', async ({ browser, server }) => {
  const context = await browser.newContext({ locale: 'de-DE' });
  const page = await context.newPage();
  await page.goto(`${server.origin}/account`);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.getByRole('link', { name: 'English' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.getByRole('button', { name: 'Sign in with a passkey' })).toBeVisible();
  await context.close();
});

test('the app’s ui_locales goes before the browser’s language', async ({ page, server, app }) => {
  const request = new URL(`${server.origin}/auth`);
  request.search = new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: `${app.origin}/callback`,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ui_locales: 'de en',
  }).toString();
  await page.goto(request.href);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
});
