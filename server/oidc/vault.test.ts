import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSecret, generateRoot } from '../secret/secret.ts';
import { createVault } from './vault.ts';

/** A vault, and how often its secret had to decipher. */
function counted() {
  const secret = createSecret(generateRoot());
  const count = { opened: 0 };
  const open = (sealed: string, context: string) => {
    count.opened += 1;
    return secret.open(sealed, context);
  };
  return { secret, count, vault: createVault({ ...secret, open }) };
}

const input = (rawId: string, payload: object = { rawId }) => ({
  model: 'AccessToken',
  rawId,
  payload,
  columns: {},
});

describe('what the vault remembers', () => {
  it('is not deciphered again', () => {
    const { secret, count, vault } = counted();
    const own = vault.seal(input('one'));
    assert.deepEqual(vault.open(own), { rawId: 'one' });
    assert.equal(count.opened, 0);
    const other = createVault(secret).seal(input('two'));
    for (let time = 0; time < 3; time++) assert.deepEqual(vault.open(other), { rawId: 'two' });
    assert.equal(count.opened, 1);
  });

  it('is handed out as another object each time', () => {
    const { vault } = counted();
    const sealed = vault.seal(input('one'));
    Object.assign(vault.open(sealed), { consumed: true });
    assert.deepEqual(vault.open(sealed), { rawId: 'one' });
  });

  it('opens nothing in another place, of another model or changed', () => {
    const { vault } = counted();
    const sealed = vault.seal(input('one'));
    const elsewhere = vault.seal(input('two'));
    const last = sealed.payload.slice(-2) === 'AA' ? 'BB' : 'AA';
    for (const changed of [
      { ...sealed, id: elsewhere.id },
      { ...sealed, lookupId: elsewhere.id },
      { ...sealed, model: 'RefreshToken' },
      { ...sealed, payload: sealed.payload.slice(0, -2) + last },
    ])
      assert.throws(() => vault.open(changed));
  });

  it('is forgotten when others came, and never was what is long', () => {
    const { count, vault } = counted();
    const first = vault.seal(input('first'));
    for (let other = 0; other < 2000; other++) vault.seal(input(`other ${other}`));
    assert.deepEqual(vault.open(first), { rawId: 'first' });
    assert.equal(count.opened, 1);
    const long = vault.seal(input('long', { text: 'x'.repeat(5000) }));
    vault.open(long);
    vault.open(long);
    assert.equal(count.opened, 3);
  });
});
