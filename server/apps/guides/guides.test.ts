import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { stringsOf } from '../../testing/file-readers.ts';
import type { Guide, GuidedApp } from './guide.ts';
import { guidesFor } from './guides.ts';
import { sampleApps } from './sample-apps.ts';

const issuer = 'https://login.example.com';
const idsOf = (app: GuidedApp) => guidesFor({ issuer, app }).map(({ id }) => id);

describe('guides', () => {
  const onServers = [
    'openid-client',
    'express',
    'auth-js',
    'spring-security',
    'django',
    'asp-net',
    'mod-auth-openidc',
    'nginx',
    'oauth2-proxy',
    'grafana',
  ];

  it('fit the kind of app', () => {
    assert.deepEqual(idsOf(sampleApps.web), [...onServers, 'any-library']);
    assert.deepEqual(idsOf(sampleApps.browser), ['openid-client-browser', 'any-library']);
    assert.deepEqual(idsOf(sampleApps.native), ['openid-client-native', 'any-library']);
    assert.deepEqual(idsOf(sampleApps.device), ['openid-client-device', 'any-library']);
    assert.deepEqual(idsOf(sampleApps.machine), ['openid-client-machine', 'curl']);
  });

  it('of a native app need an address on the machine itself to come back to', () => {
    const app = { ...sampleApps.native, redirectUris: ['com.example.notes:/callback'] };
    assert.deepEqual(idsOf(app), ['any-library']);
  });

  it('with a secret are none of an app that has a key instead', () => {
    const key = { tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [{ kty: 'EC' }] } };
    assert.deepEqual(idsOf({ ...sampleApps.web, ...key }), ['openid-client', 'any-library']);
    const app = { ...sampleApps.machine, ...key };
    const [guide] = guidesFor({ issuer, app, secret: 'made-just-now' });
    assert.equal(guide?.id, 'openid-client-machine');
    assert.doesNotMatch(JSON.stringify(guide), /made-just-now|YOUR_/);
    assert.match(guide?.files[1]?.text ?? '', /PrivateKeyJwt\(\{ key, kid: jwk\.kid \}\)/);
  });

  it('of a machine that may use our API ask for it', () => {
    const app: GuidedApp = { ...sampleApps.machine, apiScopes: ['people:read', 'audit:read'] };
    for (const { id, files } of guidesFor({ issuer, app })) {
      const strings = files.flatMap(stringsOf);
      assert.ok(strings.includes('people:read audit:read'), id);
      assert.ok(strings.includes('https://login.example.com/api/v1'), id);
    }
  });

  it('say what the app is like', () => {
    const app: GuidedApp = {
      ...sampleApps.web,
      redirectUris: ['https://notes.example.com/oidc/back'],
      tokenEndpointAuthMethod: 'client_secret_post',
      idTokenSignedResponseAlg: 'PS256',
    };
    const [settings] = guidesFor({ issuer, app }).find(({ id }) => id === 'openid-client')?.files ?? [];
    assert.deepEqual(JSON.parse(settings?.text ?? ''), {
      issuer,
      clientId: 'field-notes',
      clientSecret: 'YOUR_CLIENT_SECRET',
      idTokenAlgorithm: 'PS256',
      scope: 'openid profile email groups',
      redirectUri: 'https://notes.example.com/oidc/back',
      postLogoutRedirectUri: 'https://notes.example.com/',
    });
  });

  it('have a place for the secret, and the secret itself where it has just been made', () => {
    for (const guide of guidesFor({ issuer, app: sampleApps.web })) {
      assert.ok(
        guide.files.some(({ text }) => text.includes('YOUR_CLIENT_SECRET')),
        guide.id,
      );
      assert.ok(
        guide.steps.some((step) => step.startsWith('Replace YOUR_CLIENT_SECRET')),
        guide.id,
      );
    }
    const filled = guidesFor({
      issuer,
      app: sampleApps.web,
      secret: 'made-just-now',
      sessionSecret: 'random',
    });
    for (const { id, files, steps } of filled) {
      const everything = JSON.stringify([files, steps]);
      assert.match(everything, /made-just-now/, id);
      assert.doesNotMatch(everything, /YOUR_(CLIENT|SESSION)_SECRET/, id);
    }
  });

  it('of public apps know no secret', () => {
    for (const app of [sampleApps.browser, sampleApps.native, sampleApps.device])
      assert.doesNotMatch(
        JSON.stringify(guidesFor({ issuer, app, secret: 'made-just-now' })),
        /made-just-now/,
      );
  });

  it('name the redirect address that the software insists on, where the app has another', () => {
    const missing = (app: GuidedApp) =>
      Object.fromEntries(
        guidesFor({ issuer, app }).flatMap(({ id, missingRedirectUri: uri, steps }) => {
          if (uri) assert.equal(steps[0], `Add the redirect address ${uri} to the app.`);
          return uri ? [[id, new URL(uri).pathname]] : [];
        }),
      );
    assert.deepEqual(missing(sampleApps.web), {
      'auth-js': '/auth/callback/latchkey',
      nginx: '/oauth2/callback',
      'oauth2-proxy': '/oauth2/callback',
      grafana: '/login/generic_oauth',
    });
    const taken = ['/auth/callback/latchkey', '/oauth2/callback', '/login/generic_oauth'];
    const redirectUris = taken.map((path) => `https://notes.example.com${path}`);
    assert.deepEqual(missing({ ...sampleApps.web, redirectUris }), {});
  });
});

const variable = `\${HOME}`;

/** Printable characters, mostly those that some format takes for something else. */
const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'"\'`$\\#;%&=<>(){}[]@*?!|~,: '),
    fc.constantFrom(variable, '$(id)', '%(x)s', '"""', '\\u0022', '\\n', '//', '/*', '<%', '{{', "'''"),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
  minLength: 1,
  maxLength: 12,
});
const printable = nasty.filter((value) => !/\p{Cc}/u.test(value) && value.isWellFormed());

/** What a redirect address may be (RFC 3986, as an administrator may register it). */
const address = fc
  .string({ unit: fc.constantFrom(...'ab/-._~!$&\'()+,;=:@%7B"`{}|^[]'), maxLength: 12 })
  .map((path) => `https://notes.example.com/a${path}`)
  .filter((uri) => URL.canParse(uri));

describe('files of guides', () => {
  const expected = ({ id }: Guide, clientId: string, secret: string): string[] =>
    id === 'curl' ? [`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`] : [clientId, secret];

  it('are read as what was meant, whatever is in the values', () => {
    const values = { id: printable, secret: printable, redirectUri: address, goodbye: address };
    fc.assert(
      fc.property(fc.record(values), ({ id, secret, redirectUri, goodbye }) => {
        for (const sample of [sampleApps.web, sampleApps.machine]) {
          const redirects = sample.kind === 'web' ? [redirectUri] : [];
          const app = { ...sample, id, redirectUris: redirects, postLogoutRedirectUris: [goodbye] };
          for (const guide of guidesFor({ issuer, app, secret, sessionSecret: secret })) {
            const strings = guide.files.flatMap(stringsOf);
            for (const value of expected(guide, id, secret))
              assert.ok(strings.includes(value), `${guide.id}: ${value}\n${guide.files[0]?.text}`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('hold an address of the app, or the one that it must get', () => {
    fc.assert(
      fc.property(address, (redirectUri) => {
        const app = { ...sampleApps.web, redirectUris: [redirectUri] };
        for (const { id, files, missingRedirectUri = redirectUri } of guidesFor({ issuer, app })) {
          const strings = files.flatMap(stringsOf);
          const { origin, pathname } = new URL(missingRedirectUri);
          const said: Record<string, string> = { grafana: `${origin}/`, 'auth-js': 'latchkey' };
          const found = [said[id], missingRedirectUri, pathname].some((part = '') => strings.includes(part));
          assert.ok(found, `${id}: ${missingRedirectUri}`);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('of a page hold the app too', () => {
    fc.assert(
      fc.property(printable, (id) => {
        for (const sample of [sampleApps.browser, sampleApps.native, sampleApps.device])
          for (const { files } of guidesFor({ issuer, app: { ...sample, id } }))
            assert.ok(files.flatMap(stringsOf).includes(id));
      }),
      { numRuns: 60 },
    );
  });

  it('are not printed where they could not say a value', () => {
    const web = (more: Partial<GuidedApp>) => idsOf({ ...sampleApps.web, ...more });
    assert.ok(!web({ id: variable }).includes('grafana'));
    for (const character of ['\n', '\r', '\0', '\t', '\x7f', '\u0085', '\ud800']) {
      assert.deepEqual(web({ id: `a${character}b` }), []);
      assert.deepEqual(web({ redirectUris: [`https://notes.example.com/${character}`] }), []);
      assert.deepEqual(guidesFor({ issuer, app: sampleApps.machine, secret: `a${character}b` }), []);
    }
  });
});
