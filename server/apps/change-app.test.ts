import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { AppError } from '../errors.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';
import { withChanges } from './change-app.ts';
import { newApp } from './create-app.ts';
import type { AppChanges, NewApp } from './validation.ts';

const { hash } = createSecret(generateRoot());
const now = Date.UTC(2026, 0, 1);
const redirectUris = ['https://wiki.example.com/callback'];
const made = (input: Partial<NewApp> = {}) =>
  newApp({ name: 'Wiki', kind: 'web', redirectUris, ...input }, { hash, now }).app;
const key = (() => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return publicKey.export({ format: 'jwk' });
})();
const jwks = { keys: [key] } as NonNullable<NewApp['jwks']>;

/** Every field that may be changed, with another value. */
const changed: AppChanges = {
  name: 'Notes',
  redirectUris: ['https://notes.example.com/callback', 'http://localhost:4000/callback'],
  postLogoutRedirectUris: ['https://notes.example.com/'],
  scopes: ['openid', 'email'],
  tokenEndpointAuthMethod: 'private_key_jwt',
  jwks,
  consent: 'implicit',
  pkce: 'optional',
  idTokenSignedResponseAlg: 'RS256',
  lifetimes: { accessToken: 300, refreshToken: 3600, session: 600 },
  defaultAcrValues: ['phr'],
  logoUri: 'https://notes.example.com/logo.png',
  backchannelLogoutUri: 'https://notes.example.com/logout',
  backchannelLogoutSessionRequired: true,
  frontchannelLogoutUri: 'https://notes.example.com/frame',
  frontchannelLogoutSessionRequired: true,
  allowedGroups: ['editors'],
  claims: ['cost_centre'],
  apiScopes: ['people:read'],
};

describe('an app that is changed', () => {
  it('takes every field that may be changed, and keeps the others', () => {
    const app = { ...made(), authenticatorRule: { effectiveFrom: 1 } };
    const after = withChanges(app, changed, now + 1);
    for (const [field, value] of Object.entries(changed))
      assert.deepEqual((after as unknown as Record<string, unknown>)[field], value, field);
    const { id, kind, grantTypes, authenticatorRule, origin, createdAt } = app;
    assert.deepEqual(after, { ...after, id, kind, grantTypes, authenticatorRule, origin, createdAt });
    assert.deepEqual([after.updatedAt, after.revision], [now + 1, app.revision + 1]);
  });

  it('keeps what is not mentioned', () => {
    const before = withChanges(made(), changed, now);
    const { updatedAt: _, revision: _r, ...after } = withChanges(before, {}, now + 1);
    const { updatedAt: _b, revision: _br, ...kept } = before;
    assert.deepEqual(after, kept);
  });

  it('loses with null what may be absent, and goes back to the default where there is one', () => {
    const before = withChanges(made(), changed, now);
    const after = withChanges(
      before,
      {
        logoUri: null,
        backchannelLogoutUri: null,
        backchannelLogoutSessionRequired: null,
        frontchannelLogoutUri: null,
        frontchannelLogoutSessionRequired: null,
        defaultAcrValues: null,
        allowedGroups: null,
        claims: null,
        apiScopes: null,
        jwks: null,
        tokenEndpointAuthMethod: null,
        scopes: null,
        pkce: null,
        consent: null,
        lifetimes: null,
      },
      now,
    );
    const { name, redirectUris: addresses, postLogoutRedirectUris } = before;
    const { secrets: _, id: _i, ...fresh } = made({ idTokenSignedResponseAlg: 'RS256' });
    const expected = { ...fresh, name, redirectUris: addresses, postLogoutRedirectUris };
    assert.deepEqual(after, { ...expected, id: before.id, secrets: [], revision: after.revision });
  });

  it('keeps its secrets while it shows who it is with them, and not beyond', () => {
    const app = made();
    assert.deepEqual(withChanges(app, { name: 'Notes' }, now).secrets, app.secrets);
    const post = withChanges(app, { tokenEndpointAuthMethod: 'client_secret_post' }, now);
    assert.deepEqual(post.secrets, app.secrets);
    assert.deepEqual(withChanges(app, { tokenEndpointAuthMethod: 'private_key_jwt', jwks }, now).secrets, []);
  });

  it('is refused with every reason, as a new one', () => {
    const redirects = { redirectUris: ['http://a.example/', 'https://b.example/#x'] };
    const refused = (changes: object) => {
      try {
        withChanges(made(), changes as AppChanges, now);
      } catch (error) {
        assert.ok(error instanceof AppError && error.code === 'field_invalid');
        return error;
      }
      return assert.fail('was accepted');
    };
    assert.match(refused(redirects).detail ?? '', /a\.example.*https.*\n.*b\.example.*fragment/s);
    for (const [changes, field] of [
      [{ name: null }, 'name'],
      [{ redirectUris: [] }, 'redirectUris'],
      [{ id: 'other' }, 'id'],
      [{ kind: 'machine' }, 'kind'],
      [{ secrets: [] }, 'app'],
      [{ grantTypes: ['password'] }, 'app'],
      [{ origin: 'builtin' }, 'app'],
      [{ tokenEndpointAuthMethod: 'none' }, 'tokenEndpointAuthMethod'],
      [{ tokenEndpointAuthMethod: 'private_key_jwt' }, 'jwks'],
      [{ jwks }, 'jwks'],
      [{ allowedGroups: [] }, 'allowedGroups'],
      [{ claims: ['no space'] }, 'claims'],
      [{ apiScopes: ['people:everything'] }, 'apiScopes'],
    ] as const)
      assert.equal(refused(changes).field, field, JSON.stringify(changes));
  });
});

describe('what each kind of app may say', () => {
  const refusals: [name: string, input: Partial<NewApp>, field: string][] = [
    ['a device with a redirect address', { kind: 'device', redirectUris }, 'redirectUris'],
    [
      'a device told of sign-outs',
      { kind: 'device', redirectUris: [], backchannelLogoutUri: 'https://a.example/' },
      'backchannelLogoutUri',
    ],
    [
      'a device with a secret',
      { kind: 'device', redirectUris: [], tokenEndpointAuthMethod: 'client_secret_basic' },
      'tokenEndpointAuthMethod',
    ],
    ['a machine for groups', { kind: 'machine', redirectUris: [], allowedGroups: ['a'] }, 'allowedGroups'],
    ['a machine told of people', { kind: 'machine', redirectUris: [], claims: ['a'] }, 'claims'],
    ['a page with scopes of the API', { kind: 'browser', apiScopes: ['people:read'] }, 'apiScopes'],
  ];
  for (const [name, input, field] of refusals)
    it(`refuses ${name}`, () =>
      assert.throws(
        () => made(input),
        (error) => error instanceof AppError && error.field === field,
      ));

  it('takes a device, and a machine with scopes and a key', () => {
    const device = made({ kind: 'device', redirectUris: [], allowedGroups: ['a', 'a'], claims: ['b'] });
    assert.deepEqual(device.grantTypes, ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token']);
    assert.deepEqual([device.allowedGroups, device.claims, device.secrets], [['a'], ['b'], []]);
    const machine = made({
      kind: 'machine',
      redirectUris: [],
      apiScopes: ['people:read'],
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks,
    });
    assert.deepEqual([machine.secrets, machine.apiScopes], [[], ['people:read']]);
  });
});
