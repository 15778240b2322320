import { expect } from '@playwright/test';
import { atHeading, onlyCredential, until } from './actions.ts';
import { addAuthenticator, type Credential } from './authenticator.ts';
import { applyPolicy, groupWithRule } from './policy.ts';
import type { Tour, Visit } from './tour.ts';

interface Stops {
  appId: string;
  /** The address of an authorization request for it. */
  request: string;
  visit: Visit;
}

/** What people see where passkeys are too few, not enough, or not accepted any more. */
export async function visitPagesOfRules(tour: Tour, { appId, request, visit }: Stops): Promise<void> {
  const { page, server, model } = tour;
  const rule = { leastPasskeys: 2 };
  await groupWithRule(server, { name: 'Engineering', userName: 'ada', rule });
  const heading = (name: string) => page.getByRole('heading', { level: 1, name });
  const atApp = page.locator('body:not(:has(#heading))');
  const few = heading('One more passkey, please');
  await until({ wanted: few, other: atApp }, () => signIn(tour, request));
  await visit('few-passkeys');
  await page.getByRole('button', { name: 'Not now' }).click();
  await page.waitForURL(`${tour.appOrigin}/**`);

  await applyPolicy(server, { apps: { [appId]: { deviceBound: true } } });
  await until({ wanted: heading('One more step'), other: atApp }, () => page.goto(request));
  await visit('step-up');
  const { synced, bound } = await makeDeviceBound(tour);
  const here = await addAuthenticator(page);
  await here.addCredential(synced);
  await signIn(tour, request);
  await atHeading(page, 'One more step');
  await visit('step-up-choice');

  await applyPolicy(server, { installation: { deniedModels: [model.aaguid] } });
  const refused = page.getByRole('status').filter({ hasText: 'does not allow' });
  const account = heading('Your account');
  await until({ wanted: refused, other: account }, () => signIn(tour, `${server.origin}/account`));
  await visit('blocked-passkey');
  await here.remove();
  await (await addAuthenticator(page, 'security-key')).addCredential(bound);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await atHeading(page, 'Your account');
  await visit('account-blocked-passkey');
}

/** On the step-up page, which leads to the app then. */
async function makeDeviceBound(tour: Tour): Promise<{ synced: Credential; bound: Credential }> {
  const { page, authenticator } = tour;
  await page.getByRole('button', { name: 'Confirm it is you' }).click();
  await expect(page.getByRole('button', { name: 'Create passkey' })).toBeVisible();
  const synced = await onlyCredential(authenticator);
  await authenticator.remove();
  const key = await addAuthenticator(page, 'security-key');
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await page.waitForURL(`${tour.appOrigin}/**`);
  const bound = await onlyCredential(key);
  await key.remove();
  return { synced, bound };
}

async function signIn({ page }: Tour, address: string): Promise<void> {
  await page.context().clearCookies();
  await page.goto(address);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
}
