/** Everything that people and apps do, as flows that can be broken off at any call of the storage. */
import assert from 'node:assert/strict';
import { createBrowser } from './browser.ts';
import {
  addPasskey,
  askAsApp,
  confirm,
  enrol,
  type Flow,
  getCode,
  newCode,
  newTokens,
  ok,
  postAsApp,
  redeem,
  type Stage,
  signOut,
} from './faulty-steps.ts';
import { beginAuthorization } from './journeys.ts';

export const protocolFlows = (stage: Stage): Flow[] => {
  const { browser } = stage;
  const asApp = (path: string, token: string) => async () => ok(await postAsApp(stage, path, { token }));
  return [
    {
      name: 'sign-in and consent',
      async prepare() {
        browser.cookies.clear();
        const { url } = await beginAuthorization(stage.party, { scope: 'openid profile', prompt: 'consent' });
        return () => getCode(browser, url);
      },
    },
    {
      name: 'single sign-on',
      async prepare() {
        await newCode(stage, 'openid profile');
        const { url } = await beginAuthorization(stage.party, { scope: 'openid profile' });
        return () => getCode(browser, url);
      },
    },
    {
      name: 'token',
      async prepare() {
        const code = await newCode(stage);
        return async () => ok(await redeem(stage, code));
      },
    },
    {
      name: 'refresh',
      async prepare() {
        const { refresh_token } = await newTokens(stage);
        return async () => ok(await redeem(stage, { grant_type: 'refresh_token', refresh_token }));
      },
    },
    {
      name: 'userinfo',
      async prepare() {
        const { access_token } = await newTokens(stage);
        const headers = { authorization: `Bearer ${access_token}` };
        return async () => ok(await askAsApp(stage, '/me', { headers }));
      },
    },
    {
      name: 'introspection',
      prepare: async () => asApp('/token/introspection', (await newTokens(stage)).access_token),
    },
    {
      name: 'revocation',
      prepare: async () => asApp('/token/revocation', (await newTokens(stage)).refresh_token),
    },
    {
      name: 'sign-out',
      async prepare() {
        await newCode(stage);
        return () => signOut(browser);
      },
    },
  ];
};

/** Flows that are broken off again and again leave passkeys behind, and a person may have so many. */
async function keepOnePasskey({ installation, browser }: Stage): Promise<void> {
  const { passkeys } = installation.storage;
  const own = await passkeys.findById(browser.authenticator.credentials[0]?.id ?? '');
  const all = await passkeys.listByUserHandle(own?.userHandle ?? '');
  for (const { id } of all) if (id !== own?.id) await passkeys.remove(id);
}

export const accountFlows = (stage: Stage): Flow[] => {
  const { browser } = stage;
  const posting = (path: string, body: () => Promise<object> | object): Flow['prepare'] => {
    return async () => {
      await keepOnePasskey(stage);
      await newCode(stage);
      const prepared = await body();
      return async () => ok(await browser.post(path, prepared));
    };
  };
  const another = async (purpose: string) => {
    const passkeyId = await addPasskey(browser);
    return { passkeyId, proof: await confirm(browser, purpose) };
  };
  return [
    {
      name: 'account page',
      prepare: async () => {
        await newCode(stage);
        return async () => ok(await browser.get('/account'));
      },
    },
    {
      name: 'adding a passkey',
      prepare: async () => {
        await keepOnePasskey(stage);
        await newCode(stage);
        return () => addPasskey(browser);
      },
    },
    {
      name: 'renaming a passkey',
      prepare: posting('/account/passkeys/rename', async () => ({
        ...(await another('rename-passkey')),
        name: 'Work',
      })),
    },
    {
      name: 'removing a passkey',
      prepare: posting('/account/passkeys/remove', () => another('remove-passkey')),
    },
    {
      name: 'ending other sessions',
      prepare: posting('/account/sessions/end-others', async () => {
        ok(await browser.post('/account/sessions/end-others', {}));
        browser.cookies.clear();
        await newCode(stage);
        return {};
      }),
    },
    {
      name: 'disconnecting an app',
      prepare: posting('/account/apps/disconnect', () => ({
        appId: stage.party.config.clientMetadata().client_id,
      })),
    },
    { name: 'changing the name', prepare: posting('/account/profile', () => ({ name: 'Ada King' })) },
    { name: 'choosing a language', prepare: posting('/account/language', () => ({ locale: 'de' })) },
  ];
};

let people = 0;

export const enrolmentFlows = ({ installation }: Stage): Flow[] => {
  const { people: operations } = installation.administration;
  const invite = async () => {
    people += 1;
    return operations.invite({ name: 'Grace', userName: `grace${people}` });
  };
  return [
    {
      name: 'invitation',
      async prepare() {
        const { link = assert.fail() } = await invite();
        const browser = createBrowser(installation.origin);
        return () => enrol(browser, link.url, { name: 'Grace Hopper' });
      },
    },
    {
      name: 'recovery',
      async prepare() {
        const { account, link = assert.fail() } = await invite();
        const browser = createBrowser(installation.origin);
        await enrol(browser, link.url, { name: 'Grace' });
        const { link: recovery = assert.fail() } = await operations.recover({ user: account.userName });
        return () => enrol(createBrowser(installation.origin), recovery.url);
      },
    },
  ];
};

/** The first administrator, each time anew. Whoever was there before is gone afterwards. */
export const setupFlows = ({ installation }: Stage): Flow[] => [
  {
    name: 'setup',
    async prepare() {
      const { storage, administration, origin } = installation;
      for (const { id, userHandles } of await storage.accounts.listByRole('administrator')) {
        await storage.accounts.remove(id);
        for (const userHandle of userHandles) await storage.passkeys.removeByUserHandle(userHandle);
      }
      const { link } = await administration.people.setupLink({});
      return () => enrol(createBrowser(origin), link.url, { name: 'Ada', userName: 'ada' });
    },
  },
];
