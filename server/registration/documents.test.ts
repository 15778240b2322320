import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutboundError } from '../outbound/failure.ts';
import { createOutbound, type Outbound } from '../outbound/outbound.ts';
import { isDocumentUrl } from './document.ts';
import { createClientDocuments } from './documents.ts';

const id = 'https://agent.example.com/oauth/client.json';
const redirectUri = 'https://agent.example.com/callback';
const minimal = { client_id: id, client_name: 'Agent', redirect_uris: [redirectUri] };
const minute = 60_000;

interface Told {
  status?: number;
  document?: unknown;
  headers?: Record<string, string>;
  fails?: OutboundError;
  waits?: Promise<never>;
}

/** The host of an app, which is told what to answer. */
function host(told: Told = {}) {
  const clock = { now: 1_000_000 };
  const asked: string[] = [];
  const ask: Outbound['ask'] = async (url, { reach }) => {
    assert.equal(reach, 'stranger');
    asked.push(url);
    const { status = 200, document = minimal, headers, fails, waits } = told;
    await waits;
    if (fails) throw fails;
    const body = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
    return { status, headers: { 'content-type': 'application/json', ...headers }, body };
  };
  const log = { warn: () => {} };
  const hosts = ['agent.example.com', '*.agents.example'];
  const documents = createClientDocuments({ hosts, ask, log, now: () => clock.now });
  return { ...documents, told, asked, clock };
}

describe('a client id that is where an app describes itself', () => {
  for (const url of [id, 'https://agent.example.com/a', 'https://xn--gent-loa.example.com/a/b'])
    it(`is ${url}`, () => assert.equal(isDocumentUrl(url), true));

  for (const url of [
    'http://agent.example.com/a',
    'https://agent.example.com',
    'https://agent.example.com/',
    'https://agent.example.com/a#',
    'https://agent.example.com/a?b=c',
    'https://agent.example.com/a?',
    'https://agent.example.com:8443/a',
    'https://agent.example.com/a#b',
    'https://ada@agent.example.com/a',
    'https://ada:secret@agent.example.com/a',
    'https://agent.example.com/a/../b',
    'https://agent.example.com/a/%2e%2E/b',
    'https://agent.example.com/./a',
    'https://AGENT.example.com/a',
    'https://agent.example.com:443/a',
    'https:\\\\agent.example.com\\a',
    'https://agent.example.com/a b',
    'https://ägent.example.com/a',
    `https://agent.example.com/${'a'.repeat(200)}`,
    'javascript:alert(1)',
    'notes',
    '',
  ])
    it(`is not ${url.slice(0, 60)}`, () => assert.equal(isDocumentUrl(url), false));
});

describe('an app that describes itself', () => {
  it('is public, asks people each time, and stays signed in only where it says that it would', async () => {
    const app = await host().find(id);
    assert.deepEqual(
      [app?.id, app?.name, app?.kind, app?.origin, app?.consent, app?.pkce, app?.tokenEndpointAuthMethod],
      [id, 'Agent', 'browser', 'document', 'explicit', 'required', 'none'],
    );
    assert.deepEqual(app?.grantTypes, ['authorization_code']);
    assert.deepEqual(app?.scopes, ['openid', 'profile', 'email']);
    const document = { ...minimal, grant_types: ['authorization_code', 'refresh_token'] };
    const staying = await host({ document }).find(id);
    assert.deepEqual(staying?.grantTypes, ['authorization_code', 'refresh_token']);
    assert.ok(staying?.scopes.includes('offline_access'));
  });

  it('proves itself by a key, where it has one', async () => {
    const document = {
      ...minimal,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'https://agent.example.com/jwks.json',
    };
    const app = await host({ document }).find(id);
    assert.deepEqual([app?.kind, app?.tokenEndpointAuthMethod], ['web', 'private_key_jwt']);
  });

  it('may be written for other servers as well: what is not had here is left out', async () => {
    const app = await host({
      document: {
        ...minimal,
        redirect_uris: ['http://127.0.0.1/', 'https://agent.example.com/redirect'],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code', 'token'],
        application_type: 'native',
        something_new: { a: 1 },
        backchannel_token_delivery_mode: 'poll',
        default_max_age: 600,
        initiate_login_uri: 'https://agent.example.com/login',
      },
    }).find(id);
    assert.deepEqual(
      [app?.ciba, app?.defaultMaxAge, app?.initiateLoginUri],
      [undefined, 600, 'https://agent.example.com/login'],
    );
    assert.deepEqual([app?.kind, app?.grantTypes], ['native', ['authorization_code', 'refresh_token']]);
  });

  for (const [what, told, reason] of [
    ['another client id', { document: { ...minimal, client_id: `${id}x` } }, /client_id must be the address/],
    ['no client id', { document: { redirect_uris: [redirectUri] } }, /client_id must be/],
    ['a secret', { document: { ...minimal, client_secret: 'x' } }, /client_secret must not/],
    ['the end of a secret', { document: { ...minimal, client_secret_expires_at: 0 } }, /must not stand/],
    [
      'a method that needs a secret',
      { document: { ...minimal, token_endpoint_auth_method: 'client_secret_basic' } },
      /token_endpoint_auth_method must be none or private_key_jwt/,
    ],
    ['no redirect address', { document: { ...minimal, redirect_uris: [] } }, /redirect_uris/],
    [
      'a script for one',
      { document: { ...minimal, redirect_uris: ['javascript:alert(1)'] } },
      /redirect_uris/,
    ],
    ['O15 a script for a logo', { document: { ...minimal, logo_uri: 'javascript:alert(1)' } }, /logo_uri/],
    [
      'another grant',
      { document: { ...minimal, grant_types: ['client_credentials'] } },
      /authorization_code/,
    ],
    [
      'an answer that goes to another host',
      { document: { ...minimal, redirect_uris: [redirectUri, 'https://evil.example/callback'] } },
      /redirect_uris must be at agent\.example\.com/,
    ],
    [
      'the sector of another host',
      {
        document: {
          ...minimal,
          subject_type: 'pairwise',
          sector_identifier_uri: 'https://victim.example/apps.json',
        },
      },
      /sector_identifier_uri must be at agent\.example\.com/,
    ],
    [
      'logout tokens of its sector sent elsewhere',
      {
        document: {
          ...minimal,
          subject_type: 'pairwise',
          backchannel_logout_uri: 'https://elsewhere.example/logout',
        },
      },
      /backchannel_logout_uri must be at agent\.example\.com/,
    ],
    [
      'a start at another host',
      { document: { ...minimal, initiate_login_uri: 'https://evil.example/login' } },
      /initiate_login_uri must be an https address at agent\.example\.com/,
    ],
    ['a list', { document: [minimal] }, /must be a JSON object/],
    ['null', { document: 'null' }, /must be a JSON object/],
    ['no JSON', { document: '<html>' }, /must be a JSON object/],
    ['a page', { headers: { 'content-type': 'text/html' } }, /application\/json/],
    ['nothing', { status: 404 }, /the status 404/],
    ['O16 a redirect', { status: 302, headers: { location: 'http://169.254.169.254/' } }, /the status 302/],
  ] as const)
    it(`is none with ${what}, and is told so`, async () => {
      const { find, problemOf } = host(told as Told);
      assert.equal(await find(id), undefined);
      assert.match(problemOf(id)?.reason ?? '', reason);
      assert.equal(problemOf(id)?.isAway, false);
    });

  it('O18 cannot reach into what objects have in common', async () => {
    const document = `{"client_id":"${id}","redirect_uris":["${redirectUri}"],"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`;
    assert.equal((await host({ document }).find(id))?.name, 'agent.example.com');
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  it('is asked for at hosts that are listed alone', async () => {
    const { find, asked } = host();
    for (const other of [
      'https://example.com/client.json',
      'https://evil.example/https://agent.example.com/',
      'https://agent.example.com.evil.example/a',
      'https://agents.example/a',
      'https://xagents.example/a',
    ])
      assert.equal(await find(other), undefined);
    assert.deepEqual(asked, []);
    await find('https://one.agents.example/a');
    assert.equal(asked.length, 1);
  });

  it('O16 is not read in private networks, whatever the list says', async () => {
    const outbound = createOutbound({
      allow: ['10.0.0.0/8', 'localhost', '127.0.0.0/8'],
      allowsLocalHttp: true,
    });
    const warned: unknown[] = [];
    const { find, problemOf } = createClientDocuments({
      hosts: ['*.localhost', '10.0.0.1', 'inner.localhost'],
      ask: outbound.ask,
      log: { warn: (...line: unknown[]) => void warned.push(line) },
      now: Date.now,
    });
    for (const url of ['https://inner.localhost/a', 'https://10.0.0.1/a']) {
      assert.equal(await find(url), undefined);
      assert.equal(problemOf(url)?.reason, 'it could not be read there');
    }
    assert.equal(warned.length, 2);
  });
});

describe('what an app says of itself', () => {
  it('is kept as long as it says, half a minute at least and a day at most', async () => {
    for (const [headers, seconds] of [
      [{ 'cache-control': 'public, max-age=600' }, 600],
      [{ 'cache-control': 'no-store' }, 30],
      [{ 'cache-control': 'max-age=99999999' }, 86_400],
      [{ expires: new Date(1_000_000 + 90_000).toUTCString() }, 90],
      [{}, 30],
    ] as const) {
      const { find, asked, clock } = host({ headers });
      await find(id);
      clock.now += seconds * 1000 - 1;
      await find(id);
      assert.equal(asked.length, 1, JSON.stringify(headers));
      clock.now += 1;
      await find(id);
      assert.equal(asked.length, 2, JSON.stringify(headers));
    }
  });

  it('is read once for all who ask at the same moment', async () => {
    const { find, asked } = host();
    const found = await Promise.all(Array.from({ length: 50 }, () => find(id)));
    assert.equal(asked.length, 1);
    assert.ok(found.every((app) => app?.id === id));
  });

  it('holds on for a day while its host is away, and no longer once the host takes it back', async () => {
    const site = host();
    await site.find(id);
    site.told.fails = new OutboundError('nobody listens there');
    site.clock.now += minute;
    assert.equal((await site.find(id))?.id, id);
    assert.equal((await site.find(id))?.id, id);
    assert.equal(site.asked.length, 2);
    site.told.fails = undefined as never;
    site.told.status = 404;
    site.clock.now += minute;
    assert.equal(await site.find(id), undefined);
    const away = host();
    await away.find(id);
    away.told.status = 503;
    away.clock.now += 24 * 60 * minute;
    assert.equal(await away.find(id), undefined);
    assert.equal(away.problemOf(id)?.isAway, true);
  });

  it('is over after a day, however many strangers keep others from being read', async () => {
    const waiting = Promise.withResolvers<never>();
    const site = host();
    await site.find(id);
    assert.equal(site.known(id)?.id, id);
    site.clock.now += 24 * 60 * minute;
    site.told.waits = waiting.promise;
    const strangers = Array.from({ length: 10 }, (_, at) => site.find(`https://agent.example.com/${at}`));
    assert.equal(await site.find(id), undefined);
    assert.equal(site.known(id), undefined);
    waiting.reject(new OutboundError('the connection broke'));
    await Promise.all(strangers);
  });

  it('that is wrong is not read again within the same moment, and is right as soon as it is mended', async () => {
    const site = host({ status: 404 });
    await site.find(id);
    await site.find(id);
    assert.equal(site.asked.length, 1);
    site.told.status = 200;
    site.clock.now += 1_000;
    assert.equal((await site.find(id))?.id, id);
    assert.equal(site.problemOf(id), undefined);
  });

  it('is not read for more strangers at once than it can bear', async () => {
    const waiting = Promise.withResolvers<never>();
    let asked = 0;
    const documents = createClientDocuments({
      hosts: ['agent.example.com', '*.agents.example'],
      ask: () => {
        asked += 1;
        return waiting.promise;
      },
      log: { warn: () => {} },
      now: Date.now,
    });
    const all = Array.from({ length: 30 }, (_, at) => documents.find(`https://agent.example.com/${at}`));
    assert.equal(asked, 10);
    assert.equal(documents.problemOf('https://agent.example.com/29')?.isAway, true);
    all.push(...Array.from({ length: 30 }, (_, at) => documents.find(`https://${at}.agents.example/a`)));
    assert.equal(asked, 20);
    waiting.reject(new OutboundError('the connection broke'));
    assert.ok((await Promise.all(all)).every((app) => app === undefined));
  });
});
