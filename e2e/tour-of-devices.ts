import { apiResource } from '../server/apps/api-scopes.ts';
import { commandAppId } from '../server/apps/builtin-apps.ts';
import { atHeading } from './actions.ts';
import type { Tour, Visit } from './tour.ts';

/** What an administrator sees who lets the command line of another computer in. */
export async function visitPagesOfDevices({ page, server }: Tour, visit: Visit): Promise<void> {
  const { verification_uri, verification_uri_complete } = await begin(server.origin);
  await page.goto(verification_uri);
  await atHeading(page, 'Connect a device');
  await visit('user-code');
  await page.goto(verification_uri_complete);
  await page.getByRole('button', { name: 'Continue' }).click();
  await atHeading(page, 'Connect Latchkey command?');
  await visit('confirm-device');
  await page.getByRole('button', { name: 'It is the same code' }).click();
  await atHeading(page, 'Connect to Latchkey command?');
  await visit('consent-device');
  await page.getByRole('button', { name: 'Allow' }).click();
  await atHeading(page, 'Latchkey command is connected');
  await visit('device-connected');
  await page.goto((await begin(server.origin)).verification_uri_complete);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'This was not me' }).click();
  await atHeading(page, 'Nothing was connected');
  await visit('device-declined');
}

async function begin(
  origin: string,
): Promise<Record<'verification_uri' | 'verification_uri_complete', string>> {
  const body = new URLSearchParams({
    client_id: commandAppId,
    scope: 'openid people:read people:write audit:read',
    resource: apiResource(origin),
  });
  const headers = { 'user-agent': 'latchkey/1.0 (linux)' };
  const response = await fetch(`${origin}/device/auth`, { method: 'POST', body, headers });
  return (await response.json()) as Awaited<ReturnType<typeof begin>>;
}
