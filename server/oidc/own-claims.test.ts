import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { newAttributeDefinition } from '../accounts/attribute.ts';
import { type AppUnderTest, addApp, payloadOf } from '../testing/app-under-test.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { allow, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';

onEveryStorage('claims of the installation’s own', (start) => {
  let installation: TestInstallation;
  let browser: TestBrowser;
  let told: AppUnderTest;

  const define = async (id: string, type: 'string' | 'number' | 'boolean' | 'strings', label = id) =>
    installation.storage.attributeDefinitions.insert(newAttributeDefinition({ id, type, label }, Date.now()));

  before(async () => {
    installation = await start();
    browser = await setUp(installation);
    await define('cost_centre', 'number', 'Cost centre');
    await define('skills', 'strings', 'Skills');
    await define('contractor', 'boolean', 'Contractor');
    const { accounts } = installation.storage;
    const ada = await accounts.findByUserNameKey('ada');
    assert.ok(ada);
    const attributes = { cost_centre: 4711, skills: ['reading', 'writing'], contractor: false, secret: 'x' };
    await accounts.update({ ...ada, attributes }, ada.revision);
    told = await addApp(installation, {
      kind: 'web',
      claims: ['cost_centre', 'skills', 'secret', 'toString'],
    });
  });

  const userInfo = async (app: AppUnderTest, scope: string) => {
    const { access_token } = await app.tokens(browser, { scope });
    return (await app.userInfo(access_token)).body;
  };

  it('are told in userinfo, in their types, to an app that lists them and has the profile', async () => {
    const { cost_centre, skills, contractor, secret, name } = await userInfo(told, 'openid profile');
    assert.deepEqual([cost_centre, skills], [4711, ['reading', 'writing']]);
    assert.deepEqual([contractor, secret], [undefined, undefined], 'not listed, and not defined');
    assert.equal(name, 'Ada Lovelace');
  });

  it('are told to nobody else: not without profile, not to another app, not by the claims parameter', async () => {
    assert.equal((await userInfo(told, 'openid email')).cost_centre, undefined);
    const other = await addApp(installation);
    assert.equal((await userInfo(other, 'openid profile')).cost_centre, undefined);
    const claims = JSON.stringify({
      userinfo: { cost_centre: { essential: true } },
      id_token: { cost_centre: null },
    });
    const { access_token, id_token } = await other.tokens(browser, { scope: 'openid', claims });
    assert.equal((await other.userInfo(access_token)).body.cost_centre, undefined);
    assert.equal(payloadOf(id_token).cost_centre, undefined);
    const discovery = await browser.get('/.well-known/openid-configuration');
    assert.doesNotMatch(discovery.text, /cost_centre/, 'strangers need not know');
  });

  it('stand on the page of consent, by their labels and with the values', async () => {
    const app = await addApp(installation, { claims: ['cost_centre', 'contractor', 'skills'] });
    const page = await browser.follow(app.authorizationUrl({ scope: 'openid profile' }));
    for (const text of [/Cost centre.*4711/s, /Contractor.*no/s, /Skills.*reading and writing/s])
      assert.match(page.text, text);
    await browser.follow(await allow(browser, page));
    const bare = await addApp(installation, { claims: ['cost_centre'] });
    assert.doesNotMatch((await browser.follow(bare.authorizationUrl())).text, /Cost centre/);
  });

  it('follow what is defined at once, without a restart', async () => {
    const { attributeDefinitions } = installation.storage;
    const { access_token } = await told.tokens(browser, { scope: 'openid profile' });
    const ask = async () => (await told.userInfo(access_token)).body;
    await attributeDefinitions.remove('skills');
    assert.equal((await ask()).skills, undefined);
    assert.equal((await ask()).cost_centre, 4711);
    await define('secret', 'string');
    assert.equal((await ask()).secret, 'x');
  });

  it('never take the place of a standard one', async () => {
    const { attributeDefinitions, accounts } = installation.storage;
    const made = newAttributeDefinition({ id: 'nickname_of_ours', type: 'string', label: 'a' }, Date.now());
    await attributeDefinitions.insert({ ...made, id: 'sub' });
    const ada = await accounts.findByUserNameKey('ada');
    assert.ok(ada);
    await accounts.update({ ...ada, attributes: { ...ada.attributes, sub: 'somebody else' } }, ada.revision);
    const app = await addApp(installation, { claims: ['sub', 'cost_centre'] });
    assert.equal((await userInfo(app, 'openid profile')).sub, ada.sub);
    await attributeDefinitions.remove('sub');
  });
});
