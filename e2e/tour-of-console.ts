import { expect, type Page } from '@playwright/test';
import { atHeading, createAccount, signInByButton } from './actions.ts';
import type { ServerProcess } from './server-process.ts';
import type { Visit } from './tour.ts';

interface ConsoleTour {
  page: Page;
  /** Where the person at `page` is the administrator. */
  server: ServerProcess;
}

/** Makes the first administrator of a new server, whose passkey was used just now. */
export async function setUpConsole(page: Page, server: ServerProcess): Promise<void> {
  await page.goto(await server.setupLink());
  await createAccount(page, { name: 'Ada Lovelace', userName: 'ada' });
  await atHeading(page, 'Your account');
}

/** Goes through the console as an administrator would, and stops at every page. */
export async function visitConsole(tour: ConsoleTour, visit: Visit): Promise<void> {
  await apps(tour, visit);
  await apis(tour, visit);
  await people(tour, visit);
  await rules(tour, visit);
  await theRest(tour, visit);
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });

/** Connects an app in the console; ends on its page. */
export async function connectApp(
  page: Page,
  { name, kind, redirectUri }: Record<'name' | 'kind' | 'redirectUri', string>,
) {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel(kind).check();
  await page.getByLabel('Redirect address').fill(redirectUri);
  await button(page, 'Connect app').click();
}

async function apps({ page, server }: ConsoleTour, visit: Visit): Promise<void> {
  await page.goto(`${server.origin}/console/apps`);
  await link(page, 'Connect an app').first().click();
  await atHeading(page, 'Connect an app');
  await visit('console-app-new');
  await connectApp(page, {
    name: 'Field Notes',
    kind: 'Web app',
    redirectUri: 'http://notes.example.com/callback',
  });
  await expect(page.getByText('outside localhost it must be https')).toBeVisible();
  await visit('console-app-problem');
  await connectApp(page, {
    name: 'Field Notes',
    kind: 'Web app',
    redirectUri: 'https://notes.example.com/callback',
  });
  await atHeading(page, 'Field Notes');
  await visit('console-app-made');
  await link(page, 'Edit').click();
  await atHeading(page, 'Edit app');
  await visit('console-app-edit');
  await carefulApp({ page, server }, visit);
  await page.goto(`${server.origin}/console/apps`);
  await visit('console-apps');
  await page.goto(`${server.origin}/console/registration`);
  await page.getByLabel('For what').fill('Agents of the Berlin office');
  await page.getByLabel('PKCE').selectOption('optional');
  await button(page, 'Make the token').click();
  await expect(page.locator('#registration-token')).toBeVisible();
  await visit('console-registration');
  await page.goto(`${server.origin}/console/apps/new`);
  await page.getByLabel('Name', { exact: true }).fill('Team Wiki');
  await page.getByLabel('Site behind a gateway').check();
  await page.getByLabel('Address of the site').fill('https://wiki.example.com');
  await button(page, 'Connect app').click();
  await link(page, 'Edit').click();
  await atHeading(page, 'Edit app');
  await page.getByText('What its gateway is told', { exact: true }).click();
  await visit('console-app-edit-site');
}

/** From the form of an app: what it does more carefully than it must is set, and tried. */
async function carefulApp({ page }: ConsoleTour, visit: Visit): Promise<void> {
  await page.getByText('How it knows people', { exact: true }).click();
  await page.getByLabel('One for this app alone (pairwise)').check();
  await page.getByText('Security', { exact: true }).click();
  for (const name of ['pushed (PAR)', 'bound to a key (DPoP)', 'a signed message (JARM)'])
    await page.getByLabel(name).check();
  await visit('console-app-edit-careful');
  await button(page, 'Save changes').click();
  await signInByButton(page, () => link(page, 'Try it now').click());
  await button(page, 'Allow').click();
  await atHeading(page, 'The sign-in works');
  await visit('console-try');
}

/** Defines an API in the console; ends on its page. */
export async function defineApi(
  page: Page,
  { name, audience, scopes }: Record<'name' | 'audience' | 'scopes', string>,
) {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Audience').fill(audience);
  await page.getByLabel('What can be allowed (scopes)').fill(scopes);
  await button(page, 'Define API').click();
}

async function apis({ page, server }: ConsoleTour, visit: Visit): Promise<void> {
  await page.goto(`${server.origin}/console/apis`);
  await visit('console-apis-none');
  await link(page, 'Define an API').click();
  await visit('console-api-new');
  await defineApi(page, {
    name: 'Invoices',
    audience: 'https://api.example.com/invoices',
    scopes: 'invoices:read Read your invoices.\ninvoices:pay Pay your invoices.',
  });
  await atHeading(page, 'Invoices');
  await page.getByLabel('Allow an app something').fill('Field Notes');
  await button(page, 'Go on').click();
  await atHeading(page, 'What Field Notes may ask for');
  await page.getByLabel('invoices:read').check();
  await visit('console-api-app');
  await button(page, 'Save changes').click();
  await page.getByText('Remove this API').click();
  await visit('console-api');
  await link(page, 'Edit').click();
  await visit('console-api-edit');
  await page.goto(`${server.origin}/console/apis`);
  await visit('console-apis');
  await link(page, 'Invoices').click();
  await link(page, 'Field Notes').click();
  await visit('console-app-apis');
}

/** Invites somebody; ends on the page with their link, which it returns. */
export async function invite(
  page: Page,
  { name, userName }: Record<'name' | 'userName', string>,
): Promise<string> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('User name').fill(userName);
  await button(page, 'Invite').click();
  await atHeading(page, 'Invited');
  return (await page.locator('#link').textContent()) ?? '';
}

async function people({ page, server }: ConsoleTour, visit: Visit): Promise<void> {
  await page.goto(`${server.origin}/console/groups/new`);
  await visit('console-group-new');
  await page.getByLabel('Name', { exact: true }).fill('Editors');
  await button(page, 'Make group').click();
  await atHeading(page, 'Editors');
  await visit('console-group');
  await page.goto(`${server.origin}/console/people/new`);
  await visit('console-invite');
  await invite(page, { name: 'Grace Hopper', userName: 'grace' });
  await visit('console-link');
  await page.getByRole('link', { name: 'Go to Grace Hopper' }).click();
  await visit('console-person-invited');
  await page.getByText('Delete this account').click();
  await link(page, 'Delete …').click();
  await visit('console-person-remove');
  await page.goto(`${server.origin}/console/people`);
  await visit('console-people');
  await page.goto(`${server.origin}/console/attributes`);
  await visit('console-attributes');
  await page.goto(`${server.origin}/console/people`);
  await link(page, 'Ada Lovelace').click();
  await atHeading(page, 'Ada Lovelace');
  await visit('console-person');
  await page.getByRole('region', { name: 'Passkeys' }).getByRole('link').first().click();
  await expect(page.getByRole('heading', { name: 'Authenticator', exact: true })).toBeVisible();
  await visit('console-passkey');
  await page.goto(`${server.origin}/console/search?q=gra`);
  await visit('console-search');
}

async function rules({ page, server }: ConsoleTour, visit: Visit): Promise<void> {
  await page.goto(`${server.origin}/console/policies`);
  await visit('console-policies');
  await link(page, 'Change rule For everybody').click();
  await page.getByLabel('Passkeys that each should have').fill('2');
  await button(page, 'See what would come of it').click();
  await expect(page.getByRole('heading', { name: 'What would come of it' })).toBeVisible();
  await visit('console-policy');
}

async function theRest({ page, server }: ConsoleTour, visit: Visit): Promise<void> {
  for (const [path, name] of [
    ['overview', 'console-overview'],
    ['audit', 'console-audit'],
    ['metadata?search=Keychain', 'console-metadata'],
    ['sessions?person=ada', 'console-sessions'],
    ['keys', 'console-keys'],
    ['system?examine=now', 'console-system'],
  ] as const) {
    await page.goto(`${server.origin}/console/${path}`);
    await visit(name);
  }
}
