import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAttributes, writeAttributes } from './attributes.ts';

describe('attributes as lines', () => {
  it('come back as what they were', () => {
    const attributes = {
      department: 'Research',
      floor: 3,
      contractor: false,
      sites: ['Berlin', 'Graz'],
      badge: '0042',
      code: '42',
      truth: 'true',
      spaced: ' a ',
      empty: '',
      equation: 'a = b',
    };
    assert.deepEqual(readAttributes(writeAttributes(attributes).split('\n')), attributes);
  });

  it('take away what is not there any more', () => {
    assert.deepEqual(readAttributes(['floor = 4'], { floor: 3, department: 'Research' }), {
      floor: 4,
      department: null,
    });
  });

  it('say which line is no attribute', () => {
    assert.throws(() => readAttributes(['department']), { code: 'field_invalid', field: 'attributes' });
    assert.throws(() => readAttributes(['nested = {"a": 1}']), /check what you entered/);
    assert.throws(() => readAttributes(['nothing = null']), { code: 'field_invalid' });
  });
});
