import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { createBrowser, pageData, type TestBrowser } from '../testing/browser.ts';
import { answerDevice, type Device, device, typeCode } from '../testing/device.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { json, setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

onSqlite('an error in the flow of a device, where nobody is signed in', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let television: Device;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    const kind = { name: 'Television', kind: 'device' } as const;
    const { app } = await installation.administration.apps.add(kind);
    television = await device(installation.origin, app.id);
  });

  it('is said on a page that leads back to where codes are typed', async () => {
    for (const path of ['/device/auth', '/device/abcdefghijklmnopqrstu']) {
      const stranger = createBrowser(installation.origin);
      const page = await stranger.get(path);
      assert.equal(page.status, 400, page.text);
      assert.match(page.text, /This sign-in has ended/);
      assert.match(page.text, /href="\/device">Start again/);
      assert.equal(stranger.cookies.size, 0);
    }
  });

  it('is none to who will not sign in, and the device is told', async () => {
    const stranger = createBrowser(installation.origin, { of: { ...ada, cookies: new Map() } });
    const { user_code, device_code } = await television.begin();
    const signIn = await answerDevice(stranger, await typeCode(stranger, user_code), 'confirm');
    const { urls } = pageData<{ urls: { abort: string } }>(signIn);
    const { location } = json<{ location: string }>(await stranger.post(urls.abort, {}));
    const declined = await stranger.follow(location);
    assert.ok(declined.status < 500, declined.text);
    assert.equal((await television.poll(device_code)).body.error, 'access_denied');
  });
});
