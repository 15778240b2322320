import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../errors.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';
import { judgeSecret, newSecret, withRotatedSecret } from './app-secret.ts';
import { newApp } from './create-app.ts';
import type { NewApp } from './validation.ts';

const { hash } = createSecret(generateRoot());
const now = Date.UTC(2026, 0, 1);
const web = { name: 'Wiki', kind: 'web', redirectUris: ['https://wiki.example.com/callback'] } as const;
const input = (more: object = {}) => ({ ...web, redirectUris: [...web.redirectUris], ...more }) as NewApp;

describe('a new app', () => {
  it('with a server of its own has a secret, PKCE and ES256', () => {
    const { app, secret } = newApp(input(), { hash, now });
    assert.equal(app.tokenEndpointAuthMethod, 'client_secret_basic');
    assert.deepEqual(app.grantTypes, ['authorization_code', 'refresh_token']);
    assert.equal(app.pkce, 'required');
    assert.equal(app.idTokenSignedResponseAlg, 'ES256');
    assert.equal(app.consent, 'explicit');
    assert.equal(Buffer.from(secret ?? '', 'base64url').length, 32);
    assert.ok(!JSON.stringify(app).includes(secret ?? ''), 'the secret itself is not kept');
  });

  it('in a browser or on a device has no secret', () => {
    for (const kind of ['browser', 'native']) {
      const { app, secret } = newApp(input({ kind }), { hash, now });
      assert.equal(app.tokenEndpointAuthMethod, 'none');
      assert.deepEqual([app.secrets, secret], [[], undefined]);
    }
  });

  it('that is a machine has a secret and no redirect address', () => {
    const { app, secret } = newApp({ name: 'Backup', kind: 'machine' }, { hash, now });
    assert.deepEqual(app.grantTypes, ['client_credentials']);
    assert.deepEqual(app.scopes, []);
    assert.ok(secret);
  });

  it('is told of sign-outs where it says, also on localhost', () => {
    const backchannelLogoutUri = 'https://wiki.example.com/logout?tenant=a';
    const { app } = newApp(input({ backchannelLogoutUri }), { hash, now });
    assert.equal(app.backchannelLogoutUri, backchannelLogoutUri);
    assert.equal('backchannelLogoutSessionRequired' in app, false);
    const local = { backchannelLogoutUri: 'http://localhost:3001/x', backchannelLogoutSessionRequired: true };
    const { app: other } = newApp(input({ kind: 'browser', ...local }), { hash, now });
    assert.equal(other.backchannelLogoutSessionRequired, true);
    assert.equal('backchannelLogoutUri' in newApp(input(), { hash, now }).app, false);
  });

  it('is told in the browser at an address of where people come back to', () => {
    const frontchannelLogoutUri = 'https://wiki.example.com/frame?tenant=a';
    const { app } = newApp(input({ frontchannelLogoutUri }), { hash, now });
    assert.equal(app.frontchannelLogoutUri, frontchannelLogoutUri);
    assert.equal('frontchannelLogoutSessionRequired' in app, false);
    assert.equal('frontchannelLogoutUri' in newApp(input(), { hash, now }).app, false);
  });

  it('may do without PKCE only where it has a secret', () => {
    assert.equal(newApp(input({ pkce: 'optional' }), { hash, now }).app.pkce, 'optional');
    assert.throws(() => newApp(input({ kind: 'browser', pkce: 'optional' }), { hash, now }), field('pkce'));
  });

  it('is refused with every reason at once', () => {
    assert.throws(
      () =>
        newApp(input({ name: '', redirectUris: ['http://a.example', 'https://b.example/#x'] }), {
          hash,
          now,
        }),
      (error) => error instanceof AppError && error.field === 'name',
    );
    assert.throws(
      () => newApp(input({ redirectUris: ['http://a.example', 'https://b.example/#x'] }), { hash, now }),
      /./,
    );
    assert.match(
      detail({ redirectUris: ['http://a.example/', 'https://b.example/#x'] }),
      /a\.example.*https.*\n.*b\.example.*fragment/s,
    );
  });

  for (const [name, wrong, at] of [
    ['an unknown field', { role: 'administrator' }, 'app'],
    ['an id of the server itself', { id: 'latchkey-account' }, 'id'],
    ['the id of the demo', { id: 'demo' }, 'id'],
    ['an id with a slash', { id: '../x' }, 'id'],
    ['a name that turns the text round', { name: 'Wiki\u202egpj' }, 'name'],
    ['a name of two lines', { name: 'Wiki\nBank' }, 'name'],
    ['an unknown kind', { kind: 'spa' }, 'kind'],
    ['no redirect address', { redirectUris: [] }, 'redirectUris'],
    ['an unknown scope', { scopes: ['openid', 'admin'] }, 'scopes'],
    ['scopes without openid', { scopes: ['email'] }, 'scopes'],
    ['an unknown class', { defaultAcrValues: ['strong'] }, 'defaultAcrValues'],
    [
      'a class where nobody signs in',
      { kind: 'machine', redirectUris: [], defaultAcrValues: ['phr'] },
      'defaultAcrValues',
    ],
    [
      'an impersonation for an app whose tokens it may not exchange',
      { kind: 'web', tokenExchange: { apps: ['shop'], impersonates: ['shop', 'bank'] } },
      'tokenExchange',
    ],
    [
      'an impersonation for none',
      { kind: 'web', tokenExchange: { apps: ['shop'], impersonates: [] } },
      'tokenExchange',
    ],
    ['a lifetime of a second', { lifetimes: { accessToken: 1 } }, 'lifetimes'],
    ['a logo that is a script', { logoUri: 'javascript:alert(1)' }, 'logoUri'],
    [
      'an http address to come back to after signing out',
      { postLogoutRedirectUris: ['http://a.example/'] },
      'postLogoutRedirectUris',
    ],
    ['an http address for sign-outs', { backchannelLogoutUri: 'http://a.example/' }, 'backchannelLogoutUri'],
    ['a fragment there', { backchannelLogoutUri: 'https://a.example/#x' }, 'backchannelLogoutUri'],
    ['a file for sign-outs', { backchannelLogoutUri: 'file:///etc/passwd' }, 'backchannelLogoutUri'],
    ['another scheme for sign-outs', { backchannelLogoutUri: 'gopher://a.example/' }, 'backchannelLogoutUri'],
    [
      'sign-outs told to a device',
      { kind: 'native', backchannelLogoutUri: 'https://a.example/' },
      'backchannelLogoutUri',
    ],
    [
      'sessions to be told nowhere',
      { backchannelLogoutSessionRequired: true },
      'backchannelLogoutSessionRequired',
    ],
    [
      'an address of another host in the browser',
      { frontchannelLogoutUri: 'https://evil.example.com/frame' },
      'frontchannelLogoutUri',
    ],
    [
      'another port there',
      { frontchannelLogoutUri: 'https://wiki.example.com:8443/frame' },
      'frontchannelLogoutUri',
    ],
    ['a script there', { frontchannelLogoutUri: 'javascript:alert(1)' }, 'frontchannelLogoutUri'],
    [
      'a fragment there too',
      { frontchannelLogoutUri: 'https://wiki.example.com/#x' },
      'frontchannelLogoutUri',
    ],
    [
      'a browser told of a device',
      { kind: 'native', frontchannelLogoutUri: 'https://wiki.example.com/frame' },
      'frontchannelLogoutUri',
    ],
    [
      'sessions to be told to no browser',
      { frontchannelLogoutSessionRequired: true },
      'frontchannelLogoutSessionRequired',
    ],
    ['HS256', { idTokenSignedResponseAlg: 'HS256' }, 'idTokenSignedResponseAlg'],
  ] as const)
    it(`is refused with ${name}`, () => assert.throws(() => newApp(input(wrong), { hash, now }), field(at)));
});

describe('a client secret', () => {
  const { app, secret = '' } = newApp(input(), { hash, now });

  it('matches as it was shown, and nothing else does', () => {
    assert.equal(judgeSecret({ app, presented: secret, hash, now }), 'valid');
    for (const presented of ['', `${secret} `, secret.slice(1), app.secrets[0]?.hash ?? ''])
      assert.equal(judgeSecret({ app, presented, hash, now }), 'unknown');
  });

  it('does not match under another installation secret', () => {
    const other = createSecret(generateRoot()).hash;
    assert.equal(judgeSecret({ app, presented: secret, hash: other, now }), 'unknown');
  });

  it('goes on beside its successor until it ends', () => {
    const next = newSecret({ hash, now });
    const previousEndsAt = now + 1000;
    const rotated = withRotatedSecret(app, { secret: next.secret, now, previousEndsAt });
    assert.equal(rotated.revision, app.revision + 1);
    for (const [presented, at, expected] of [
      [secret, now, 'valid'],
      [next.value, now, 'valid'],
      [secret, previousEndsAt, 'expired'],
      [next.value, previousEndsAt, 'valid'],
    ] as const)
      assert.equal(judgeSecret({ app: rotated, presented, hash, now: at }), expected);
  });

  it('can be ended at once, and ended ones are forgotten', () => {
    const { secret: next } = newSecret({ hash, now });
    const rotated = withRotatedSecret(app, { secret: next, now, previousEndsAt: now });
    assert.deepEqual(rotated.secrets, [next]);
  });
});

function field(name: string) {
  return (error: unknown) =>
    error instanceof AppError && error.code === 'field_invalid' && error.field === name;
}

function detail(wrong: object): string {
  try {
    newApp(input(wrong), { hash, now });
  } catch (error) {
    return (error as AppError).detail ?? '';
  }
  return assert.fail('was accepted');
}
