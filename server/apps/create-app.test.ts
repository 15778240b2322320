import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../errors.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';
import { newSecret, secretMatches, withRotatedSecret } from './app-secret.ts';
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
    ['a lifetime of a second', { lifetimes: { accessToken: 1 } }, 'lifetimes'],
    ['a logo that is a script', { logoUri: 'javascript:alert(1)' }, 'logoUri'],
    [
      'an http address to come back to after signing out',
      { postLogoutRedirectUris: ['http://a.example/'] },
      'postLogoutRedirectUris',
    ],
    ['HS256', { idTokenSignedResponseAlg: 'HS256' }, 'idTokenSignedResponseAlg'],
  ] as const)
    it(`is refused with ${name}`, () => assert.throws(() => newApp(input(wrong), { hash, now }), field(at)));
});

describe('a client secret', () => {
  const { app, secret = '' } = newApp(input(), { hash, now });

  it('matches as it was shown, and nothing else does', () => {
    assert.equal(secretMatches({ app, presented: secret, hash, now }), true);
    for (const presented of ['', `${secret} `, secret.slice(1), app.secrets[0]?.hash ?? ''])
      assert.equal(secretMatches({ app, presented, hash, now }), false);
  });

  it('does not match under another installation secret', () => {
    const other = createSecret(generateRoot()).hash;
    assert.equal(secretMatches({ app, presented: secret, hash: other, now }), false);
  });

  it('goes on beside its successor until it ends', () => {
    const next = newSecret({ hash, now });
    const previousEndsAt = now + 1000;
    const rotated = withRotatedSecret(app, { secret: next.secret, now, previousEndsAt });
    assert.equal(rotated.revision, app.revision + 1);
    for (const [presented, at, expected] of [
      [secret, now, true],
      [next.value, now, true],
      [secret, previousEndsAt, false],
      [next.value, previousEndsAt, true],
    ] as const)
      assert.equal(secretMatches({ app: rotated, presented, hash, now: at }), expected);
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
