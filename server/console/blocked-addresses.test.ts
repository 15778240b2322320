import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { examineAppAddresses } from '../cli/doctor/app-addresses.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onSqlite } from '../testing/on-every-storage.ts';

const addresses = {
  jwksUri: 'https://10.9.8.7/keys',
  sectorIdentifierUri: 'https://10.9.8.7/apps.json',
  logoUri: 'https://10.9.8.7/logo.png',
  backchannelLogoutUri: 'https://10.9.8.7/logout',
  ciba: { deliveryMode: 'ping', notificationEndpoint: 'https://10.9.8.7/answered' },
} as const;

onSqlite('an address of an app that this server does not ask (O16)', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;

  /** As it was taken while the setting had its network. */
  async function addPrivateApp(): Promise<string> {
    const { storage, administration } = installation;
    const { app } = await administration.apps.add({
      ...{ name: 'Intranet', kind: 'web', redirectUris: ['https://intranet.example.com/callback'] },
      ...{ tokenEndpointAuthMethod: 'client_secret_basic' },
    });
    const stored = (await storage.apps.findById(app.id)) ?? assert.fail();
    await storage.apps.update({ ...stored, ...addresses, subjectType: 'pairwise' }, stored.revision);
    return app.id;
  }

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
  });

  it('is named on the page of the app, each one, with the setting that would allow it', async () => {
    const { text } = await ada.get(`/console/apps/${await addPrivateApp()}`);
    for (const [field, uri] of Object.entries({ ...addresses, ...addresses.ciba }))
      if (typeof uri === 'string' && field !== 'deliveryMode')
        assert.match(
          text,
          new RegExp(`Its ${field} ${uri.replaceAll('.', '\\.')} is not asked: it is at 10`),
        );
    assert.match(text, /LATCHKEY_OUTBOUND_ALLOW/);
  });

  it('is named by the doctor, until the setting allows it', async () => {
    const { storage, config } = installation;
    const { state, says, remedy = '' } = await examineAppAddresses(config, storage);
    assert.equal(state, 'warning');
    assert.match(
      says,
      /Intranet \(.*\), backchannelLogoutUri https:\/\/10\.9\.8\.7\/logout: it is at 10\.9\.8\.7/,
    );
    assert.match(remedy, /LATCHKEY_OUTBOUND_ALLOW/);
    const outbound = { ...config.outbound, allow: ['10.0.0.0/8'] };
    assert.equal((await examineAppAddresses({ ...config, outbound }, storage)).state, 'ok');
  });
});
