import { complaintsOf } from './complaints.ts';
import { expect, test } from './fixtures.ts';
import type { ServerProcess } from './server-process.ts';
import { setUpConsole } from './tour-of-console.ts';

/** Tells its client id. */
async function addApp(server: ServerProcess, name: string): Promise<string> {
  const callback = 'https://apps.example.com/callback';
  const { app } = JSON.parse(await server.latchkey('app', 'add', name, '--redirect', callback, '--json'));
  return app.id;
}

async function exchangeOf(server: ServerProcess, id: string): Promise<unknown> {
  return JSON.parse(await server.latchkey('app', 'show', id, '--json')).tokenExchange;
}

test('an administrator lets an app impersonate, and ends that', async ({ page, freshServer }) => {
  const server = await freshServer({ LATCHKEY_IMPERSONATION: 'on' });
  const shop = await addApp(server, 'Web Shop');
  const desk = await addApp(server, 'Help Desk');
  await setUpConsole(page, server);
  await page.goto(`${server.origin}/console/apps/${desk}`);
  const exchange = page.getByRole('region', { name: 'Token exchange' });
  await exchange.getByText('Allow tokens of another app').first().click();
  await exchange.getByLabel('Allow tokens of another app').fill('Web Shop');
  await exchange.getByRole('button', { name: 'Allow', exact: true }).click();
  await exchange.getByRole('button', { name: 'Allow impersonation Web Shop' }).click();
  await expect(page.getByRole('status')).toContainText('With tokens of Web Shop it may also impersonate now');
  await expect(exchange.getByText('Also without saying who acts')).toBeVisible();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await complaintsOf(page)).toEqual([]);
  expect(await exchangeOf(server, desk)).toEqual({ apps: [shop], impersonates: [shop] });
  await exchange.getByRole('button', { name: 'End impersonation Web Shop' }).click();
  await expect(page.getByRole('status')).toContainText('It says who acts again');
  expect(await exchangeOf(server, desk)).toEqual({ apps: [shop] });
});
