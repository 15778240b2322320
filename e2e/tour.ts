import type { Page } from '@playwright/test';
import { atHeading, createAccount, openAccount, signInByButton } from './actions.ts';
import type { VirtualAuthenticator } from './authenticator.ts';
import type { ServerProcess } from './server-process.ts';
import { visitPagesOfDevices } from './tour-of-devices.ts';
import { visitPagesOfRules } from './tour-of-rules.ts';
import type { VirtualModel } from './virtual-model.ts';

export interface Tour {
  page: Page;
  /** Where an app listens, if only to say hello. */
  appOrigin: string;
  authenticator: VirtualAuthenticator;
  /** New, with sign-up open, and the model of the authenticators known. */
  server: ServerProcess;
  model: VirtualModel;
}

/** Called at each page, with a name fit for a file. */
export type Visit = (name: string) => Promise<void>;

/** Brings a new server through its whole life and stops at every page that a person can see. */
export async function visitAllPages(tour: Tour, visit: Visit): Promise<void> {
  await setup(tour, visit);
  await visitPagesOfDevices(tour, visit);
  const app = await account(tour, visit);
  await asSomebodyElse(tour, visit);
  await endings(tour, visit);
  await visitPagesOfRules(tour, { ...app, visit });
}

async function setup({ page, server }: Tour, visit: Visit): Promise<void> {
  await page.goto(server.origin);
  await visit('setup-link');
  await page.goto(await server.setupLink());
  await visit('setup');
  await createAccount(page, { name: 'Ada Lovelace', userName: 'ada' });
  await atHeading(page, 'Your account');
  await visit('welcome');
}

/** Returns an app that was allowed. */
async function account({ page, server, authenticator, appOrigin }: Tour, visit: Visit) {
  const redirectUri = `${appOrigin}/callback`;
  const { app } = JSON.parse(
    await server.latchkey(
      'app',
      'add',
      'Field Notes',
      '--kind',
      'browser',
      '--redirect',
      redirectUri,
      '--json',
    ),
  ) as { app: { id: string } };
  const request = authorizationRequest(server.origin, app.id, redirectUri);
  await page.goto(request);
  await atHeading(page, 'Connect to Field Notes?');
  await visit('consent');
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.waitForURL(`${redirectUri}*`);
  await openAccount(page, server.origin);
  await visit('account');
  for (const [button, name] of [
    ['Add a passkey', 'add-passkey'],
    ['Rename', 'rename-passkey'],
    ['Remove', 'last-passkey'],
  ] as const) {
    await page.getByRole('button', { name: button, exact: true }).first().click();
    await visit(name);
    await page.keyboard.press('Escape');
  }
  await authenticator.setPresent(false);
  await page.context().clearCookies();
  await page.goto(request);
  await visit('sign-in');
  return { appId: app.id, request };
}

async function asSomebodyElse({ page, server }: Tour, visit: Visit): Promise<void> {
  await page.getByRole('link', { name: 'Create an account' }).click();
  await visit('sign-up');
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await visit('sign-up-problem');
  await page.goto(await server.linkOf('user', 'invite', 'grace', '--name', 'Grace Hopper'));
  await visit('invitation');
  await page.goto(await server.linkOf('recover', 'ada'));
  await visit('recovery');
  await page.goto(`${server.origin}/recovery?token=${'x'.repeat(43)}`);
  await visit('link-invalid');
  await openAccount(page, server.origin);
  await page.getByRole('link', { name: 'I lost my passkey' }).click();
  await visit('lost-passkey');
  await page.goto(server.origin);
  await visit('home');
}

async function endings({ page, server, authenticator }: Tour, visit: Visit): Promise<void> {
  await page.goto(`${server.origin}/nothing-here`);
  await visit('not-found');
  await page.goto(`${server.origin}/auth?client_id=nobody`);
  await visit('app-problem');
  await page.goto(`${server.origin}/interaction/over`);
  await visit('interaction-over');
  await authenticator.setPresent(true);
  await signInByButton(page, () => openAccount(page, server.origin));
  await atHeading(page, 'Your account');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await atHeading(page, 'Sign out?');
  await visit('sign-out');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await atHeading(page, 'You are signed out');
  await visit('signed-out');
}

function authorizationRequest(origin: string, clientId: string, redirectUri: string): string {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email groups',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  return `${origin}/auth?${query}`;
}
