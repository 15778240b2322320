import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { publicKeys } from './public-keys.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed = generateKeyPairSync('ed25519');
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const wide = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const jwk = (key: typeof ec.publicKey) => key.export({ format: 'jwk' });

const problem = (...keys: object[]) =>
  publicKeys
    .safeParse({ keys })
    .error?.issues.map(({ message }) => message)
    .join('\n');

describe('the public keys of an app', () => {
  it('may be of three kinds', () => {
    for (const { publicKey } of [ec, rsa, ed]) assert.equal(problem(jwk(publicKey)), undefined);
    assert.equal(problem({ ...jwk(ec.publicKey), alg: 'ES256', use: 'sig', kid: 'one' }), undefined);
  });

  it('are kept without what they should not say', () => {
    const { keys } = publicKeys.parse({ keys: [{ ...jwk(ec.publicKey), x5u: 'http://169.254.169.254/' }] });
    assert.deepEqual(keys, [jwk(ec.publicKey)]);
  });

  it('are refused with their private parts', () => {
    for (const { privateKey } of [ec, rsa, ed])
      assert.match(problem(jwk(privateKey)) ?? '', /private key: keep it where the app runs/);
    assert.match(problem({ kty: 'oct', k: 'c2VjcmV0' }) ?? '', /private key/);
  });

  it('are refused where they are weak, of another kind, off their curve, none or too many', () => {
    assert.match(problem(jwk(weak.publicKey)) ?? '', /2,048 bits/);
    assert.match(problem(jwk(wide.publicKey)) ?? '', /P-256/);
    assert.match(problem({ ...jwk(ec.publicKey), y: jwk(ec.publicKey).x }) ?? '', /not a key that exists/);
    assert.match(problem({ ...jwk(ec.publicKey), use: 'both' }) ?? '', /use sig or enc/);
    assert.match(problem({ kty: 'AKP' }) ?? '', /EC, RSA or OKP/);
    assert.match(problem() ?? '', /at least one/);
    assert.match(problem(...Array.from({ length: 11 }, () => jwk(ec.publicKey))) ?? '', /at most 10/);
  });
});
