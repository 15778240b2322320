import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isServed, type SeenIndex, type SeenQuery } from './query-testing.ts';

const indexes: SeenIndex[] = [
  { key: { _id: 1 } },
  { key: { role: 1, userNameKey: 1 } },
  { key: { at: -1, _id: -1 } },
  { key: { grantId: 1, model: 1 }, partialFilterExpression: { grantId: { $exists: true } } },
  { key: { uid: 1 }, partialFilterExpression: { model: 'Session' } },
];
const served = (filter: SeenQuery['filter'], sort: SeenQuery['sort'] = {}) =>
  isServed({ filter, sort }, indexes);

describe('whether an index serves a query of MongoDB', () => {
  it('is told by equality, order and range', () => {
    assert.ok(served({ _id: 'x' }, { name: 1 }));
    assert.ok(served({ role: 'x' }, { userNameKey: 1 }));
    assert.ok(served({ role: 'x' }, { userNameKey: -1 }));
    assert.ok(served({ role: 'x', userNameKey: { $gt: 'a' } }, { userNameKey: 1 }));
    assert.ok(served({ at: { $lt: 3 }, $or: [] }, { at: 1, _id: 1 }));
    assert.ok(served({}, { at: -1 }));
    assert.ok(served({ grantId: 'g', model: { $ne: 'x' } }));
    assert.ok(served({ uid: 'u', model: 'Session' }));
  });

  it('is denied where something would be read or sorted that nobody asked for', () => {
    assert.ok(!served({ name: 'x' }));
    assert.ok(!served({ userNameKey: 'x' }), 'the second key alone');
    assert.ok(!served({}, {}));
    assert.ok(!served({}, { userNameKey: 1 }));
    assert.ok(!served({ role: 'x' }, { name: 1 }));
    assert.ok(!served({ role: { $gt: 'a' } }, { userNameKey: 1 }), 'a range before the order');
    assert.ok(!served({ at: { $gt: 3 } }, { at: 1, _id: -1 }), 'two directions');
    assert.ok(!served({ role: { $ne: 'x' } }, { userNameKey: 1 }));
    assert.ok(!served({ grantId: { $exists: false } }));
    assert.ok(!served({ uid: 'u' }), 'a partial index that holds less');
  });
});
