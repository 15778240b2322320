import assert from 'node:assert/strict';
import type { TestBrowser } from './browser.ts';
import type { TestInstallation } from './installation.ts';
import { addPerson } from './journeys.ts';

/** Sends a form of the console and gets the page that it leads to. */
export async function send(browser: TestBrowser, path: string, fields: Record<string, string>) {
  const sent = await browser.submit(path, fields);
  assert.equal(sent.status, 303, sent.text.slice(0, 2000));
  return { ...(await browser.get(sent.location ?? '')), location: sent.location ?? '' };
}

/** A person with a role, who has just made a passkey. */
export async function withRole(
  installation: TestInstallation,
  userName: string,
  role: 'support' | 'auditor' | 'person',
): Promise<TestBrowser> {
  const browser = await addPerson(installation, { name: `The ${userName}`, userName });
  await installation.administration.people.update({ user: userName, role });
  return browser;
}
