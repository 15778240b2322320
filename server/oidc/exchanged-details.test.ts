import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import type { ApiFacts } from '../admin/apis.ts';
import { addApi, within2Seconds } from '../testing/apis.ts';
import { type AppUnderTest, addApp, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { exchange } from '../testing/token-exchange.ts';

const web = { kind: 'web' as const };
const payment = {
  type: 'payment',
  sentence: 'Pay from your account.',
  schema: { type: 'object', properties: { to: { type: 'string', title: 'Payee' } }, required: ['to'] },
};
const rent = { type: 'payment', to: 'Landlord' };

onEveryStorage('authorization details of an exchanged token', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  /** The person allowed it; the next two act for it, one after the other. */
  let shop: AppUnderTest;
  let gateway: AppUnderTest;
  let printer: AppUnderTest;
  let warehouse: AppUnderTest;
  let signed: ApiFacts;
  let opaque: ApiFacts;

  before(async () => {
    installation = await start();
    ada = await setUp(installation);
    shop = await addApp(installation, web);
    gateway = await addApp(installation, { ...web, tokenExchange: { apps: [shop.id] } });
    printer = await addApp(installation, { ...web, tokenExchange: { apps: [gateway.id] } });
    warehouse = await addApp(installation, web);
    const apps = [shop, gateway, printer].map(({ id }) => ({ id, people: ['read'], details: ['payment'] }));
    signed = await addApi(installation, { detailTypes: [payment], apps });
    opaque = await addApi(installation, {
      ...{ detailTypes: [payment], apps, tokenFormat: 'opaque', introspectedBy: [warehouse.id] },
    });
  });

  const tokenOf = async (api: ApiFacts) => {
    const authorization_details = JSON.stringify([rent]);
    const asked = { scope: 'openid read', resource: api.audience, authorization_details };
    return (await shop.tokens(ada, asked)).access_token;
  };
  /** Takes the type from an app, while `work` is done. */
  async function without(app: AppUnderTest, api: ApiFacts, work: () => Promise<boolean>): Promise<void> {
    const { apis } = installation.administration;
    const { apps } = await apis.show({ api: api.id });
    const fewer = apps.map(({ details, ...each }) =>
      each.id === app.id ? each : { ...each, ...(details && { details }) },
    );
    await apis.update({ api: api.id, apps: fewer });
    await within2Seconds(work);
    await apis.update({ api: api.id, apps });
    await within2Seconds(async () => !(await work()));
  }

  it('stay where every app on the way may have them', async () => {
    const first = await exchange(gateway, await tokenOf(signed));
    const second = await exchange(printer, String(first.body.access_token));
    for (const { body } of [first, second]) {
      assert.deepEqual(body.authorization_details, [rent]);
      assert.deepEqual(payloadOf(String(body.access_token)).authorization_details, [rent]);
    }
  });

  it('are left out where one on the way may not have them any more, though whoever acts last may', async () => {
    const subject = await tokenOf(signed);
    const first = String((await exchange(gateway, subject)).body.access_token);
    const keeps = async (app: AppUnderTest, token: string) => {
      const { status, body } = await exchange(app, token);
      assert.equal(status, 200, JSON.stringify(body));
      const told = payloadOf(String(body.access_token)).authorization_details;
      assert.deepEqual(body.authorization_details, told);
      return told !== undefined;
    };
    await without(shop, signed, async () => !(await keeps(gateway, subject)));
    await without(shop, signed, async () => !(await keeps(printer, first)));
    await without(gateway, signed, async () => !(await keeps(printer, first)));
  });

  it('are told of an opaque token no more than every app on the way may have today', async () => {
    const first = String((await exchange(gateway, await tokenOf(opaque))).body.access_token);
    const second = String((await exchange(printer, first)).body.access_token);
    const told = async () => {
      const { body } = await warehouse.post('/token/introspection', { token: second });
      assert.equal(body.active, true);
      return body.authorization_details;
    };
    assert.deepEqual(await told(), [rent]);
    for (const app of [shop, gateway, printer])
      await without(app, opaque, async () => (await told()) === undefined);
  });
});
