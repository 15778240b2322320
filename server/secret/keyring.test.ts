import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createKeyring } from './keyring.ts';

describe('keyring', () => {
  const ring = createKeyring(['new', 'old']);

  it('signs with the first key and verifies with any', () => {
    const former = createKeyring(['old']);
    assert.equal(ring.index('session=1', ring.sign('session=1')), 0);
    assert.equal(ring.index('session=1', former.sign('session=1')), 1);
    assert.equal(former.verify('session=1', ring.sign('session=1')), false);
  });

  it('O13 refuses a signature that is cut, changed, empty or of other data', () => {
    const signature = ring.sign('session=1');
    const changed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    for (const wrong of [signature.slice(1), changed, '', `${signature}=`, 'ä'.repeat(43)])
      assert.equal(ring.verify('session=1', wrong), false);
    assert.equal(ring.verify('session=2', signature), false);
  });

  it('wants at least one key', () => {
    assert.throws(() => createKeyring([]), RangeError);
  });
});
