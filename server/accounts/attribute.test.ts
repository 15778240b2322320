import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../errors.ts';
import {
  attributeClaims,
  changedAttributeDefinition,
  checkAttributes,
  type NewAttribute,
  newAttributeDefinition,
} from './attribute.ts';

const now = Date.UTC(2026, 0, 1);
const define = (id: string, type: NewAttribute['type']) =>
  newAttributeDefinition({ id, type, label: id }, now);
const definitions = [
  define('cost_centre', 'string'),
  define('floor', 'number'),
  define('contractor', 'boolean'),
  define('https://example.com/skills', 'strings'),
];
const field = (name: string) => (error: unknown) =>
  error instanceof AppError && error.code === 'field_invalid' && error.field === name;

describe('an attribute', () => {
  it('is defined by a name, a label and a type, and its label alone changes', () => {
    const made = newAttributeDefinition(
      { id: 'cost_centre', label: ' Cost centre ', type: 'string', description: 'Who pays.' },
      now,
    );
    assert.deepEqual([made.label, made.revision], ['Cost centre', 1]);
    const changed = changedAttributeDefinition(made, { label: 'Unit', description: null }, now + 1);
    const { description: _, ...kept } = made;
    assert.deepEqual(changed, { ...kept, label: 'Unit', updatedAt: now + 1, revision: 2 });
    assert.equal(changedAttributeDefinition(made, {}, now).description, 'Who pays.');
  });

  for (const id of ['sub', 'email', 'groups', 'roles', 'acr', 'grant_id', 'constructor'])
    it(`must not be called ${id}, which means something already`, () =>
      assert.throws(() => define(id, 'string'), field('id')));

  it('O18 must have a name that is a claim, and a label of one line', () => {
    for (const id of ['', '1a', 'a b', '__proto__', '$where', 'ä', 'a'.repeat(101)])
      assert.throws(() => define(id, 'string'), field('id'), id);
    for (const label of ['', 'two\nlines', 'turned \u202eround'])
      assert.throws(() => newAttributeDefinition({ id: 'a', label, type: 'string' }, now), field('label'));
    assert.throws(() => define('a', 'object' as never), field('type'));
  });
});

describe('what is kept of a person', () => {
  it('is of the types that are defined; null takes it away', () => {
    const given = {
      cost_centre: '4711',
      floor: 3,
      contractor: false,
      'https://example.com/skills': ['reading', 'writing'],
    };
    assert.deepEqual(checkAttributes(definitions, given), given);
    assert.deepEqual(checkAttributes(definitions, { ...given, floor: null }), {
      cost_centre: '4711',
      contractor: false,
      'https://example.com/skills': ['reading', 'writing'],
    });
  });

  it('is refused with every reason where it is not', () => {
    const wrong = {
      cost_centre: 4711,
      floor: '3',
      contractor: 'no',
      'https://example.com/skills': 'a',
      room: 1,
    };
    assert.throws(
      () => checkAttributes(definitions, wrong),
      (error) => {
        assert.ok(error instanceof AppError && error.field === 'attributes');
        assert.equal(error.detail?.split('\n').length, 5);
        assert.match(error.detail ?? '', /attributes\.floor must be a number/);
        assert.match(error.detail ?? '', /attributes\.room is not defined/);
        return true;
      },
    );
    for (const floor of [Number.NaN, Number.POSITIVE_INFINITY, {}, [], '$gt'])
      assert.throws(() => checkAttributes(definitions, { floor }), field('attributes'));
    const odd = JSON.parse('{"__proto__": "x", "constructor": "y"}');
    assert.throws(() => checkAttributes(definitions, odd), field('attributes'));
  });

  it('is told to an app that lists it, as long as it is defined and of its type', () => {
    const attributes = { cost_centre: '4711', floor: 'third' as never, gone: 'x' };
    const told = attributeClaims(
      { attributes },
      { claims: ['floor', 'cost_centre', 'gone', 'toString'] },
      definitions,
    );
    assert.deepEqual(
      told.map(({ definition, value }) => [definition.id, value]),
      [
        ['cost_centre', '4711'],
        ['floor', undefined],
      ],
    );
    assert.deepEqual(attributeClaims({}, {}, definitions), []);
  });
});
