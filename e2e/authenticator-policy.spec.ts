import type { Page } from '@playwright/test';
import { addOnAnotherDevice, atHeading, signUp, until, withoutAutofill } from './actions.ts';
import { addAuthenticator, type VirtualAuthenticator } from './authenticator.ts';
import { type App, appName, expect, newPerson, test } from './fixtures.ts';
import { applyPolicy, groupWithRule } from './policy.ts';

/** Confirms with the passkey that is there, up to where the new one is made, on another authenticator. */
async function confirmAndPutAway(page: Page, authenticator: VirtualAuthenticator): Promise<void> {
  await page.getByRole('button', { name: 'Confirm it is you' }).click();
  await expect(page.getByRole('button', { name: 'Create passkey' })).toBeVisible();
  await authenticator.remove();
}

async function createAndGoOn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await atHeading(page, /^Signed in as /);
}

test.describe('a rule for authenticators', () => {
  test('of an app asks for one of the person’s passkeys that would do', async ({
    page,
    server,
    authenticator,
    startApp,
  }) => {
    const vault = await startApp('Vault');
    await applyPolicy(server, { apps: { [vault.clientId]: { deviceBound: true } } });
    await signUp(page, server.origin, newPerson());
    await addOnAnotherDevice(page, { own: authenticator, kind: 'security-key' });
    await openUntilAsked(page, vault);
    await expect(
      page.getByText('For Vault, your organization asks for another kind of passkey'),
    ).toBeVisible();
    const [good, other] = [page.getByRole('listitem').nth(0), page.getByRole('listitem').nth(1)];
    await expect(good).toContainText('Good for this');
    await expect(good).toContainText('On this one device only');
    await expect(other).toContainText('Not enough for this');
    await expect(other).toContainText('Synced between your devices');
    await page.getByRole('button', { name: /^Use / }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await atHeading(page, /^Signed in as /);
  });

  test('of an app, for hardware, is kept by a passkey that is made on the way and attested', async ({
    page,
    server,
    authenticator,
    startApp,
    model,
  }) => {
    const vault = await startApp('Vault');
    const rule = { attestationVerified: true, keyProtection: ['hardware'], allowedModels: [model.aaguid] };
    await applyPolicy(server, { apps: { [vault.clientId]: rule } });
    await signUp(page, server.origin, newPerson());
    await openUntilAsked(page, vault);
    await expect(page.getByText('It is not enough for this.')).toBeVisible();
    await confirmAndPutAway(page, authenticator);
    await addAuthenticator(page, 'security-key');
    await createAndGoOn(page);
  });

  test('of a group refuses a new passkey that breaks it, in words, and takes one that keeps it', async ({
    page,
    server,
    authenticator,
    app,
  }) => {
    const person = newPerson();
    await signUp(page, server.origin, person);
    const rule = { deviceBound: true };
    await groupWithRule(server, { name: `Engineering ${person.userName}`, userName: person.userName, rule });
    await openUntilAsked(page, app);
    await expect(
      page.getByText(`For ${appName}, your organization asks for another kind of passkey`),
    ).toBeVisible();
    await confirmAndPutAway(page, authenticator);
    const synced = await addAuthenticator(page);
    await page.getByRole('button', { name: 'Create passkey' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'copied to your other devices' })).toContainText(
      'please use a security key, or a passkey that never leaves its device',
    );
    await atHeading(page, 'One more step');
    await synced.remove();
    await addAuthenticator(page, 'device-bound');
    await createAndGoOn(page);
  });

  test('for several passkeys asks for another one after a sign-in, and stands in nobody’s way', async ({
    page,
    server,
    authenticator,
    app,
  }) => {
    const person = newPerson();
    await signUp(page, server.origin, person);
    const rule = { leastPasskeys: 2 };
    await groupWithRule(server, { name: `Careful ${person.userName}`, userName: person.userName, rule });
    await withoutAutofill(page);
    await signInUntilAsked(page, app);
    await expect(
      page.getByText('asks you to have at least 2 passkeys, and you have one that works'),
    ).toBeVisible();
    await page.getByRole('button', { name: 'Not now' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await atHeading(page, `Signed in as ${person.name}`);

    await signInUntilAsked(page, app);
    await page.getByRole('link', { name: 'Add a passkey now' }).click();
    await atHeading(page, 'Your account');
    await expect(page.getByText('asks you to have at least 2 passkeys')).toBeVisible();
    await addOnAnotherDevice(page, { own: authenticator });
    await expect(page.getByText('asks you to have at least 2 passkeys')).toHaveCount(0);
    await page.context().clearCookies();
    await page.goto(`${app.origin}/sign-in`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await atHeading(page, `Signed in as ${person.name}`);
  });
});

/** Until the rule is in force the app is reached without a question. */
async function openUntilAsked(page: Page, { origin }: App): Promise<void> {
  const outcomes = {
    wanted: page.getByRole('heading', { name: 'One more step' }),
    other: page.getByRole('button', { name: 'Allow' }),
  };
  await until(outcomes, () => page.goto(`${origin}/sign-in`));
}

/** It is asked once a sign-in. */
async function signInUntilAsked(page: Page, { origin }: App): Promise<void> {
  const outcomes = {
    wanted: page.getByRole('heading', { name: 'One more passkey, please' }),
    other: page
      .getByRole('button', { name: 'Allow' })
      .or(page.getByRole('heading', { name: /^Signed in as/ })),
  };
  await until(outcomes, async () => {
    await page.context().clearCookies();
    await page.goto(`${origin}/sign-in`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  });
}
