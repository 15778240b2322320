/** Everything that people and apps do, as flows that can be broken off at any call of the storage. */
import assert from 'node:assert/strict';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { createAuthenticator } from './authenticator.ts';
import { type Answer, createBrowser, pageData, type TestBrowser } from './browser.ts';
import type { TestInstallation } from './installation.ts';
import { beginAuthorization, discover, json, type RelyingParty, type SignInPageData } from './journeys.ts';

/** An answer that is none of success, where a flow ends. */
export class Refused extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`${answer.status} ${answer.location ?? answer.text.slice(0, 300)}`);
    this.name = 'Refused';
    this.answer = answer;
  }
}

export interface Flow {
  name: string;
  /** What comes before, without faults. Returns the flow itself. */
  prepare(): Promise<() => Promise<unknown>>;
}

/** A person with a session in a browser, and an app that asks for consent. */
export interface Stage {
  installation: TestInstallation;
  browser: TestBrowser;
  party: RelyingParty;
  /** The node that an app asks; the one at the issuer's address, unless said otherwise. */
  at?: string;
}

export const redirectUri = 'http://localhost:4999/callback';

export async function addApp(installation: TestInstallation): Promise<RelyingParty> {
  const { app } = await installation.administration.apps.add({
    name: 'Notes',
    kind: 'browser',
    redirectUris: [redirectUri],
  });
  return discover(installation.origin, { id: app.id, redirectUri });
}

function ok(answer: Answer): Answer {
  const failed = answer.status >= 400 || answer.location?.includes('error=');
  if (failed) throw new Refused(answer);
  return answer;
}

/** From a link to the passkey it is for. */
export async function enrol(browser: TestBrowser, url: string, typed: object = {}): Promise<void> {
  const page = ok(await browser.follow(url));
  const { urls } = pageData<{ urls: { options: string; finish: string } }>(page);
  const { options } = json<{ options: PublicKeyCredentialCreationOptionsJSON }>(
    ok(await browser.post(urls.options, typed)),
  );
  ok(await browser.post(urls.finish, { response: browser.authenticator.create(options) }));
}

/** From the app's request to its code, signing in and allowing where a page asks. */
export async function getCode(browser: TestBrowser, url: string): Promise<URL> {
  let answer = ok(await browser.follow(url));
  for (let pages = 0; answer.status === 200; pages += 1) {
    assert.ok(pages < 4, 'too many pages');
    answer = ok(await browser.follow(await answerPage(browser, answer)));
  }
  return new URL(answer.location ?? '');
}

async function answerPage(browser: TestBrowser, page: Answer): Promise<string> {
  const { kind, options, urls } = pageData<
    SignInPageData & { kind: string; urls: { consent: string; login: string } }
  >(page);
  const answered =
    kind === 'consent'
      ? await browser.post(urls.consent, {})
      : await browser.post(urls.login, { response: browser.authenticator.get(options), remember: false });
  return json<{ location: string }>(ok(answered)).location;
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
}

/** What the server of an app asks: no cookies, no origin. */
export async function askAsApp(
  { installation: { origin }, at = origin }: Pick<Stage, 'installation' | 'at'>,
  path: string,
  init: RequestInit,
): Promise<Answer> {
  const headers = { accept: 'application/json', 'x-forwarded-host': new URL(origin).host, ...init.headers };
  const signal = AbortSignal.timeout(15_000);
  const response = await fetch(new URL(path, at), { ...init, headers, signal });
  return {
    status: response.status,
    headers: response.headers,
    location: undefined,
    text: await response.text(),
  };
}

export function postAsApp(stage: Stage, path: string, parameters: Record<string, string>): Promise<Answer> {
  const { client_id } = stage.party.config.clientMetadata();
  return askAsApp(stage, path, {
    method: 'POST',
    body: new URLSearchParams({ client_id, ...parameters }),
  });
}

export const redeem = (stage: Stage, parameters: Record<string, string>) =>
  postAsApp(stage, '/token', parameters);

export async function newCode(stage: Stage, scope = 'openid offline_access') {
  const { url, checks } = await beginAuthorization(stage.party, { scope, prompt: 'consent' });
  const callback = await getCode(stage.browser, url);
  return {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: checks.pkceCodeVerifier,
  };
}

export const newTokens = async (stage: Stage): Promise<Tokens> =>
  json<Tokens>(ok(await redeem(stage, await newCode(stage))));

/** Confirms with the passkey. Returns the proof. */
export async function confirm(browser: TestBrowser, purpose: string): Promise<string> {
  const begun = ok(await browser.post('/account/confirm/options', { purpose }));
  const { options } = json<{ options: PublicKeyCredentialRequestOptionsJSON }>(begun);
  const response = browser.authenticator.get(options);
  return json<{ proof: string }>(ok(await browser.post('/account/confirm', { purpose, response }))).proof;
}

/** Another device's passkey, on an authenticator of its own that joins the browser's. */
export async function addPasskey(browser: TestBrowser): Promise<string> {
  const proof = await confirm(browser, 'add-passkey');
  const begun = ok(await browser.post('/account/passkeys/options', { proof }));
  const { options } = json<{ options: PublicKeyCredentialCreationOptionsJSON }>(begun);
  const device = createAuthenticator({ origin: browser.origin });
  const response = device.create(options);
  ok(await browser.post('/account/passkeys', { response }));
  return response.id;
}

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

export async function signOut(browser: TestBrowser): Promise<void> {
  const { text } = ok(await browser.get('/session/end'));
  const [, action = ''] = /<form[^>]* action="([^"]+)"/.exec(text) ?? [];
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(text) ?? [];
  const { location } = ok(await browser.submit(action, { xsrf, logout: 'yes' }));
  ok(await browser.get(location ?? ''));
}

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
        const { link } = await invite();
        const browser = createBrowser(installation.origin);
        return () => enrol(browser, link.url, { name: 'Grace Hopper' });
      },
    },
    {
      name: 'recovery',
      async prepare() {
        const { account, link } = await invite();
        const browser = createBrowser(installation.origin);
        await enrol(browser, link.url, { name: 'Grace' });
        const recovery = await operations.recover({ user: account.userName });
        return () => enrol(createBrowser(installation.origin), recovery.link.url);
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
      const { link } = await administration.people.setupLink();
      return () => enrol(createBrowser(origin), link.url, { name: 'Ada', userName: 'ada' });
    },
  },
];
