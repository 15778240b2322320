import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Json } from './event.ts';
import { plainChange, plainObject, plainValue } from './plain.ts';

/** Fields of our records, of requests and of keys that nobody may read later. */
const secretFields = [
  ...['secret', 'secrets', 'client_secret', 'clientSecret', 'hash', 'secretHash', 'password', 'passphrase'],
  ...['token', 'accessToken', 'access_token', 'refresh_token', 'id_token', 'ticket', 'code', 'user_code'],
  ...[
    'device_code',
    'code_verifier',
    'client_assertion',
    'assertion',
    'sealedJwk',
    'sealedKey',
    'privateKey',
  ],
  ...[
    'private_jwk',
    'cookie',
    'set-cookie',
    'Authorization',
    'LATCHKEY_SECRET',
    'smtpPassword',
    'd',
    'p',
    'q',
  ],
  ...['dp', 'dq', 'qi', 'oth', 'k', 'jws', 'credentials', 'attestationObject', 'registrationAccessToken'],
];

const mark = 'SECRET-VALUE';
const secretMember = fc.tuple(
  fc.constantFrom(...secretFields).chain((name) => fc.constantFrom(name, name.toUpperCase())),
  fc.constantFrom<Json>(mark, [mark], { any: mark }, { id: 's1', value: [mark] }),
);

/** Any value of ours, with secrets somewhere in it. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .tuple(
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
        fc.array(secretMember, { maxLength: 3 }),
      )
      .map(([members, secrets]) => ({ ...members, ...Object.fromEntries(secrets) })),
  ),
}));

describe('what is written down of a record', () => {
  it('never holds a field that is named like a secret, however deep it lies', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        const change = plainChange({ before }, { after });
        assert.doesNotMatch(JSON.stringify([plainValue(before), change]), new RegExp(mark));
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same JSON after every way through an engine, and of a bounded size', () => {
    fc.assert(
      fc.property(value, (any) => {
        const plain = plainValue(any);
        if (plain === undefined) return;
        assert.deepEqual(JSON.parse(JSON.stringify(plain)), plain);
        assert.ok(JSON.stringify(plain).isWellFormed());
      }),
    );
    const long = plainObject({ text: 'x'.repeat(1e6), list: Array.from({ length: 1e5 }, (_, i) => i) });
    assert.ok(JSON.stringify(long).length < 2000);
    let deep: object = {};
    for (let i = 0; i < 1e4; i += 1) deep = { deep };
    assert.ok(JSON.stringify(plainObject(deep)).length < 200);
  });

  it('keeps what tells of a secret without being one', () => {
    const told = { secretId: 's2', tokenEndpointAuthMethod: 'private_key_jwt', kid: 'k1', keyId: 'k2' };
    assert.deepEqual(plainObject(told), told);
    assert.deepEqual(plainObject({ jwks: { keys: [{ kty: 'EC', x: 'x', y: 'y', d: mark }] } }), {
      jwks: { keys: [{ kty: 'EC', x: 'x', y: 'y' }] },
    });
  });

  it('is, of two records, what differs; of one, all of it', () => {
    const app = {
      id: 'wiki',
      name: 'Wiki',
      redirectUris: ['https://a.example'],
      secrets: [{ id: 's1', hash: 'x' }],
    };
    assert.deepEqual(plainChange(app, { ...app, name: 'Docs', secrets: [] }), {
      before: { name: 'Wiki' },
      after: { name: 'Docs' },
    });
    const { secrets, ...rest } = app;
    assert.deepEqual(plainChange(undefined, app), { after: rest });
    assert.deepEqual(plainChange(app, undefined), { before: rest });
    assert.deepEqual(plainChange(undefined, undefined), {});
  });
});
