import { signUp } from './actions.ts';
import { expect, newPerson, test } from './fixtures.ts';
import type { ServerProcess } from './server-process.ts';

/** An app that asks for people by itself (CIBA). */
async function addDesk(server: ServerProcess) {
  const options = [
    '--redirect',
    'https://desk.example.com/callback',
    '--ciba',
    'deliveryMode=poll',
    '--json',
  ];
  const printed = await server.latchkey('app', 'add', 'Phone Desk', ...options);
  const { app, secret } = JSON.parse(printed) as { app: { id: string }; secret: string };
  const authorization = `Basic ${Buffer.from(`${app.id}:${secret}`).toString('base64')}`;
  const post = async (path: string, fields: Record<string, string>) => {
    const body = new URLSearchParams(fields);
    const response = await fetch(`${server.origin}${path}`, {
      method: 'POST',
      body,
      headers: { authorization },
    });
    return (await response.json()) as Record<string, string>;
  };
  return {
    begin: (login_hint: string, binding_message: string) =>
      post('/backchannel', { scope: 'openid profile', login_hint, binding_message }),
    ask: (auth_req_id = '') =>
      post('/token', { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id }),
  };
}

test.describe('what an app asks by itself', () => {
  test('comes in while the person looks, and is approved with a passkey', async ({ page, server }) => {
    const desk = await addDesk(server);
    const person = newPerson('Grace Hopper');
    await signUp(page, server.origin, person);
    await page.goto(`${server.origin}/account`);
    await expect(page.getByRole('heading', { name: 'Passkeys', exact: true })).toBeVisible();
    const { auth_req_id } = await desk.begin(person.userName, 'Call 4711');
    await expect(page.getByRole('heading', { name: 'Phone Desk wants you to confirm' })).toBeVisible();
    await expect(page.getByText('Call 4711')).toBeVisible();
    await page.getByRole('button', { name: 'Approve with a passkey' }).click();
    await expect(page.getByText('You approved what Phone Desk asked for')).toBeVisible();
    expect((await desk.ask(auth_req_id)).id_token).toBeTruthy();
  });

  test('is declined by whoever did not ask', async ({ page, server }) => {
    const desk = await addDesk(server);
    const person = newPerson('Grace Hopper');
    await signUp(page, server.origin, person);
    const { auth_req_id } = await desk.begin(person.userName, 'Call 4712');
    await page.goto(`${server.origin}/account`);
    await page.getByRole('button', { name: 'This was not me' }).click();
    await expect(page.getByText('Phone Desk got nothing')).toBeVisible();
    expect((await desk.ask(auth_req_id)).error).toBe('access_denied');
  });
});
