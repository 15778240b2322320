import { atHeading, signInByButton, signUp } from './actions.ts';
import { expect, newPerson, test } from './fixtures.ts';
import type { ServerProcess } from './server-process.ts';

interface Asked {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
}

/** An app without a browser, that shows a code and asks for its tokens. */
async function addDevice(server: ServerProcess, name: string) {
  const printed = await server.latchkey('app', 'add', name, '--kind', 'device', '--json');
  const { id } = (JSON.parse(printed) as { app: { id: string } }).app;
  const post = async (path: string, fields: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: id, ...fields });
    const headers = { 'user-agent': 'television/4.2' };
    const response = await fetch(`${server.origin}${path}`, { method: 'POST', body, headers });
    return (await response.json()) as Record<string, string>;
  };
  return {
    begin: async () => (await post('/device/auth', { scope: 'openid profile' })) as unknown as Asked,
    ask: (code: string) =>
      post('/token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: code }),
  };
}

test.describe('a device without a browser', () => {
  test('is connected by the code that it shows', async ({ page, server }) => {
    const television = await addDevice(server, 'Television');
    await signUp(page, server.origin, newPerson('Grace Hopper'));
    const { user_code, device_code, verification_uri } = await television.begin();
    await page.goto(verification_uri);
    await atHeading(page, 'Connect a device');
    const field = page.getByLabel('Code');
    await expect(field).toBeFocused();
    await field.fill('bbbb bbbb');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).toContainText('There is no such code');
    await field.fill(user_code.toLowerCase().replace('-', ' '));
    await page.keyboard.press('Enter');
    await atHeading(page, 'Connect Television?');
    await expect(page.getByText(user_code)).toBeVisible();
    await expect(page.getByText('television/4.2')).toBeVisible();
    await page.getByRole('button', { name: 'It is the same code' }).click();
    await atHeading(page, 'Connect to Television?');
    await page.getByRole('button', { name: 'Allow' }).click();
    await atHeading(page, 'Television is connected');
    expect((await television.ask(device_code)).id_token).toBeTruthy();
  });

  test('is connected from an address with the code in it, with a sign-in on the way', async ({
    page,
    server,
  }) => {
    const television = await addDevice(server, 'Television');
    await signUp(page, server.origin, newPerson('Grace Hopper'));
    await page.context().clearCookies();
    const { user_code, device_code, verification_uri_complete } = await television.begin();
    await page.goto(verification_uri_complete);
    await expect(page.getByLabel('Code')).toHaveValue(user_code);
    await page.getByRole('button', { name: 'Continue' }).click();
    await atHeading(page, 'Connect Television?');
    await signInByButton(page, () => page.getByRole('button', { name: 'It is the same code' }).click());
    await atHeading(page, 'Connect to Television?');
    await page.getByRole('button', { name: 'Allow' }).click();
    await atHeading(page, 'Television is connected');
    expect((await television.ask(device_code)).access_token).toBeTruthy();
  });

  test('that somebody else began gets nothing', async ({ page, server }) => {
    const television = await addDevice(server, 'Television');
    await signUp(page, server.origin, newPerson('Grace Hopper'));
    const { device_code, verification_uri_complete } = await television.begin();
    await page.goto(verification_uri_complete);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'This was not me' }).click();
    await atHeading(page, 'Nothing was connected');
    expect((await television.ask(device_code)).error).toBe('access_denied');
    await page.getByRole('link', { name: 'Type another code' }).click();
    await atHeading(page, 'Connect a device');
  });
});
