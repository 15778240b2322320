import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { decodeJwt } from 'jose';
import { apiResource } from '../apps/api-scopes.ts';
import type { NewApp } from '../apps/validation.ts';
import { openSessions } from '../open-sessions.ts';
import { addApi } from '../testing/apis.ts';
import { type AppUnderTest, addApp, payloadOf } from '../testing/app-under-test.ts';
import { addBackchannelApp, approveLatest } from '../testing/backchannel.ts';
import type { TestBrowser } from '../testing/browser.ts';
import { refusal, signIn } from '../testing/conformance.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { startLogoutReceiver } from '../testing/logout-receiver.ts';
import { assertion, callersOf, newKeyPair } from '../testing/machine.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { type SectorServer, startSector } from '../testing/sector.ts';
import { addSite, createSiteVisitor, trustedHere } from '../testing/site.ts';

const pairwise = { kind: 'web', subjectType: 'pairwise' } as const;
const subOf = ({ id_token }: { id_token: string }) => String(payloadOf(id_token).sub);

onEveryStorage('an app with pairwise subs', (start) => {
  let installation: TestInstallation;
  let ada: TestBrowser;
  let publicSub: string;
  let sector: SectorServer;

  before(async () => {
    installation = await start(trustedHere);
    ada = await setUp(installation);
    publicSub = (await installation.administration.people.show({ user: 'ada' })).account.sub;
    sector = await startSector();
  });
  after(() => sector[Symbol.asyncDispose]());

  const app = (more: Partial<NewApp> = {}) => addApp(installation, { ...pairwise, ...more });
  const sessions = () => {
    const { storage, secret } = installation;
    return openSessions({ storage, secret, findApp: storage.apps.findById, now: () => Date.now() });
  };
  /** In its own words, and in those of every JWT in it. */
  const wordsOf = (received: unknown): string => {
    const text = typeof received === 'string' ? received : JSON.stringify(received);
    const jwts = text.match(/eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g) ?? [];
    return [text, ...jwts.map((jwt) => wordsOf(decodeJwt(jwt)))].join('\n');
  };

  it('is told it everywhere, and the one of other apps nowhere', async () => {
    await using receiver = await startLogoutReceiver();
    const notes = await app({ backchannelLogoutUri: receiver.uri });
    const about = { apps: [{ id: notes.id, people: ['read'] }], introspectedBy: [notes.id] };
    const signed = await addApi(installation, about);
    const opaque = await addApi(installation, { ...about, tokenFormat: 'opaque' });
    const all = 'openid profile email groups offline_access';
    const tokens = await notes.tokens(ada, { scope: all, prompt: 'consent', nonce: 'n' });
    const ofApis = [];
    for (const { audience: resource } of [signed, opaque])
      ofApis.push(await notes.tokens(ada, { scope: 'openid read', resource }));
    const introspected = await Promise.all(
      [tokens.access_token, tokens.refresh_token, ofApis[1]?.access_token].flatMap((token) =>
        ['application/json', 'application/token-introspection+jwt'].map((accept) =>
          notes.post('/token/introspection', { token }, { accept }),
        ),
      ),
    );
    const { body: refreshed } = await notes.refresh(tokens.refresh_token);
    const { body: userInfo } = await notes.userInfo(tokens.access_token);
    const { items } = await sessions().appGrants.listByApp(notes.id, { limit: 9 });
    assert.equal(await sessions().appGrants.endByApp(notes.id), items.length);
    const [logoutToken = ''] = await receiver.received(1);

    const sub = subOf(tokens);
    assert.match(sub, /^[\w-]{43}$/);
    assert.equal(userInfo.sub, sub);
    assert.equal(payloadOf(ofApis[0]?.access_token ?? '').sub, sub);
    assert.equal(payloadOf(logoutToken).sub, sub);
    assert.equal(subOf(refreshed as { id_token: string }), sub);
    for (const { body } of introspected)
      assert.match(wordsOf(body.text ?? body), new RegExp(`"active":true|"sub":"${sub}"`));
    assert.deepEqual(new Set(items.map((grant) => grant.sub)), new Set([sub]));
    const received = { tokens, ofApis, introspected, refreshed, userInfo, logoutToken };
    assert.ok(wordsOf(received).includes(sub));
    assert.ok(!wordsOf(received).includes(publicSub), 'the sub of other apps');
  });

  it('shares nothing with apps of other sectors that says whose session it is', async () => {
    const host = (name: string) => ({ redirectUris: [`https://${name}.example.com/callback`] });
    const apps = [await app(host('one')), await app(host('two'))];
    const api = await addApi(installation, { apps: apps.map(({ id }) => ({ id, people: ['read'] })) });
    const told = [];
    for (const each of apps) {
      const asked = { scope: 'openid read', resource: api.audience };
      const { id_token, access_token } = await each.tokens(ada, asked);
      told.push([id_token, access_token].map(payloadOf));
    }
    const [one, two] = told;
    const alike = ['acr', 'amr', 'aud', 'auth_time', 'exp', 'iat', 'iss', 'scope'];
    const own = (claims: Record<string, unknown>[] = []) =>
      claims.flatMap((each) => Object.entries(each)).filter(([name]) => !alike.includes(name));
    const values = new Set(own(one).map(([, value]) => value));
    assert.deepEqual(
      own(two).filter(([, value]) => values.has(value)),
      [],
    );
    assert.ok(values.size >= 4);
  });

  it('knows people as the others of its sector do, which one host is, or one list', async () => {
    const redirectUris = ['https://a.example.org/cb', 'https://b.example.org/cb', 'https://c.example.org/cb'];
    sector.documents.set('/sector.json', redirectUris);
    const sectorIdentifierUri = sector.uri;
    const apps = [
      await app({ redirectUris: ['https://shop.example.com/a'] }),
      await app({ redirectUris: ['https://shop.example.com:8443/b', 'https://shop.example.com/c'] }),
      await app({ redirectUris: redirectUris.slice(0, 2), sectorIdentifierUri }),
      await app({ redirectUris: redirectUris.slice(2), sectorIdentifierUri }),
      await app({ redirectUris: ['https://a.example.org/cb'] }),
    ];
    const grace = await addPerson(installation, { name: 'Grace', userName: 'grace' });
    const subs = [];
    for (const each of apps) subs.push(subOf(await each.tokens(ada)));
    const [a, b, c, d, e] = subs;
    assert.deepEqual([a, c], [b, d]);
    assert.equal(new Set([a, c, e, publicSub]).size, 4);
    const first = apps[0] ?? assert.fail();
    assert.notEqual(subOf(await first.tokens(grace)), a, 'everybody has their own');
    assert.equal(subOf(await first.tokens(ada)), a, 'for good');
    assert.equal(sector.asked.length, 2, 'nobody asks while somebody signs in');
  });

  it('names people by it: in id_token_hint and the claims parameter, and not by another', async () => {
    const notes = await app({ pkce: 'off' });
    const { tokens } = await signIn(notes, ada, { nonce: 'n' });
    const hinted = { id_token_hint: tokens.id_token, prompt: 'none' };
    assert.ok(await notes.code(ada, hinted));
    const grace = await addPerson(installation, { name: 'Grace', userName: 'grace-2' });
    await notes.tokens(grace);
    assert.equal(await refusal(notes, grace, hinted), 'login_required');
    const claims = (value: string) => JSON.stringify({ id_token: { sub: { value } } });
    assert.ok(await notes.code(ada, { claims: claims(subOf(tokens)), prompt: 'none' }));
    assert.equal(await refusal(notes, ada, { claims: claims(publicSub), prompt: 'none' }), 'login_required');
    const page = await grace.get(`/session/end?${new URLSearchParams({ id_token_hint: tokens.id_token })}`);
    assert.match(page.text, /logout/);
    assert.equal(page.status, 200);
  });

  it('asks for people by itself, and names them by an ID token of its own', async () => {
    const { privateKey, jwks } = newKeyPair();
    const redirectUri = 'https://desk.example.com/cb';
    sector.documents.set('/jwks', jwks).set('/desk.json', [redirectUri, sector.at('/jwks')]);
    const desk = await addBackchannelApp(installation, {
      ...{ ...pairwise, redirectUris: [redirectUri], sectorIdentifierUri: sector.at('/desk.json') },
      ...{ tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: sector.at('/jwks') },
    });
    const proof = async () => ({
      client_id: desk.id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion({
        ...{ id: desk.id, key: privateKey, issuer: installation.config.issuer },
      }),
    });
    const answered = async (hint: Record<string, string>) => {
      const { body } = await desk.ask({ ...hint, ...(await proof()) });
      await approveLatest(ada);
      const grant = {
        grant_type: 'urn:openid:params:grant-type:ciba',
        auth_req_id: String(body.auth_req_id),
      };
      return (await desk.post('/token', { ...grant, ...(await proof()) })).body as { id_token: string };
    };
    const tokens = await answered({ login_hint: 'ada' });
    assert.notEqual(subOf(tokens), publicSub);
    assert.equal(subOf(await answered({ id_token_hint: tokens.id_token })), subOf(tokens));
  });

  it('lets its administrators at our API: a token leads to its person, and to their passkey', async () => {
    const office = await app({ apiScopes: ['people:read'] });
    const callerOf = await callersOf(installation);
    const { id_token, access_token } = await office.tokens(ada, {
      ...{ scope: 'openid people:read', resource: apiResource(installation.config.issuer) },
    });
    const { account, scopes, signInId } = await callerOf(access_token);
    assert.deepEqual([account?.sub, scopes], [publicSub, ['people:read']]);
    assert.ok(!wordsOf(access_token).includes(publicSub));
    const { findOrigin } = sessions();
    for (const token of [id_token, access_token]) {
      const origin = await findOrigin(token);
      assert.deepEqual([origin?.sub, origin?.appId], [publicSub, office.id]);
      assert.ok(origin?.signIns.some(({ id }) => id === signInId));
    }
    const { storage } = installation;
    const stored = (await storage.apps.findById(office.id)) ?? assert.fail();
    const { subjectType: _, ...changed } = stored;
    await storage.apps.update(changed, stored.revision);
    await assert.rejects(callerOf(access_token), { code: 'token_invalid' });
  });

  it('is told it at a site behind a gateway, too', async () => {
    const remoteUser = 'sub' as const;
    for (const scopes of [['openid'], ['openid', 'profile']] as const) {
      const site = `https://${scopes.join('-')}.example.com`;
      const forwardAuth = { origins: [site], remoteUser };
      await addSite(installation, { subjectType: 'pairwise', forwardAuth, scopes: [...scopes] });
      const visitor = createSiteVisitor(ada);
      await visitor.signIn(`${site}/`);
      const told = [...(await visitor.asked(`${site}/`)).headers].flat().join('\n');
      const [sub] = /(?<="sub":")[^"]+/.exec(wordsOf(told)) ?? [];
      assert.equal(sub?.length, 43);
      assert.ok(told.includes(`remote-user\n${sub}`) && !wordsOf(told).includes(publicSub));
    }
  });

  it('gives the same to whoever acts for it as they would be told themselves', async () => {
    const shop = await app({ redirectUris: ['https://shop.example.com/cb'] });
    const acting = { tokenExchange: { apps: [shop.id] } };
    const gateway = await app({ redirectUris: ['https://gateway.example.com/cb'], ...acting });
    const printer = await addApp(installation, { kind: 'web', ...acting });
    const apps = [shop, gateway, printer].map(({ id }) => ({ id, people: ['read'] }));
    const { audience: resource } = await addApi(installation, { apps });
    const own = await shop.tokens(ada, { scope: 'openid read', resource });
    const exchanged = async (by: AppUnderTest) => {
      const { body } = await by.post('/token', {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: own.access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      });
      return payloadOf(String(body.access_token)).sub;
    };
    assert.equal(await exchanged(printer), publicSub);
    assert.equal(await exchanged(gateway), subOf(await gateway.tokens(ada)));
  });
});
