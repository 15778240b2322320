import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkCoseKey } from './cose-key.ts';
import { decoyOf } from './decoy.ts';

describe('the decoy', () => {
  it('O22 has a sound key, so that its signature check costs what any other costs', () => {
    const { publicKey, algorithm } = decoyOf('abc');
    assert.equal(checkCoseKey(Buffer.from(publicKey, 'base64url')), algorithm);
  });

  it('O22 is the same for every passkey that is not there', () => {
    assert.deepEqual(decoyOf('abc'), { ...decoyOf('def'), id: 'abc' });
  });
});
