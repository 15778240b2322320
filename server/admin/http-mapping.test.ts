import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { inputOf, requestOf, routeOf } from './http-mapping.ts';
import { expectedRevision, type Operation } from './operation.ts';
import { operations } from './operations.ts';

const shape = {
  id: z.string(),
  words: z.array(z.string()).optional(),
  only: z.boolean().default(false),
  text: z.string().exactOptional(),
  revision: expectedRevision,
};
const operation = (http: Operation['http']) => ({ http, input: z.strictObject(shape) });

/** As a server takes it apart, and the router gives it on. */
function received(
  mapped: ReturnType<typeof operation>,
  { path, headers, body }: ReturnType<typeof requestOf>,
) {
  const url = new URL(`https://login.example.com/api/v1${path}`);
  const segment = url.pathname.split('/')[4] ?? '';
  return {
    path: routeOf(mapped).fields.length > 0 ? { id: decodeURIComponent(segment) } : {},
    query: url.searchParams,
    ifMatch: headers['if-match'],
    body: body && JSON.parse(JSON.stringify(body)),
  };
}

describe('an operation over HTTP', () => {
  for (const method of ['GET', 'DELETE', 'POST', 'PUT', 'PATCH'] as const)
    it(`${method} gives the input back as it was`, () => {
      const mapped = operation(`${method} /things/{id}`);
      const input = fc.record(
        {
          id: fc.string({ unit: 'grapheme', minLength: 1 }).filter((id) => !/^\.{1,2}$/.test(id)),
          words: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }),
          only: fc.boolean(),
          text: fc.string({ unit: 'grapheme' }),
          ...(method !== 'GET' && { revision: fc.integer({ min: 1, max: 1e9 }) }),
        },
        { requiredKeys: ['id'] },
      );
      fc.assert(
        fc.property(input, (given) => {
          const sent = requestOf(mapped, given);
          assert.deepEqual(inputOf(mapped, received(mapped, sent)), { ...given });
        }),
      );
    });

  it('escapes what is in the path, so that no name reaches another address', () => {
    const mapped = operation('DELETE /things/{id}');
    assert.equal(requestOf(mapped, { id: 'a/../b?c#d' }).path, '/things/a%2F..%2Fb%3Fc%23d');
    for (const id of ['', '.', '..', '\ud800', undefined])
      assert.throws(() => requestOf(mapped, { id }), { code: 'field_invalid', field: 'id' });
  });

  it('sends the revision as If-Match, and no body with GET and DELETE', () => {
    const sent = requestOf(operation('PATCH /things/{id}'), { id: 'a', text: 'b', revision: 7 });
    const { headers, body } = sent;
    assert.deepEqual([headers, body], [{ 'if-match': '"7"' }, { text: 'b' }]);
    const asked = requestOf(operation('GET /things/{id}'), { id: 'a', words: ['b', 'c'] });
    assert.deepEqual(asked, { method: 'GET', path: '/things/a?words=b&words=c', headers: {} });
  });

  it('refuses an If-Match that is none of ours, a body that is no object, and a field in two places', () => {
    const mapped = operation('PATCH /things/{id}');
    const taken = { path: { id: 'a' }, query: new URLSearchParams() };
    for (const ifMatch of ['7', 'W/"7"', '"x"', '"1", "2"', ''])
      assert.throws(() => inputOf(mapped, { ...taken, ifMatch }), {
        code: 'field_invalid',
        field: 'revision',
      });
    assert.deepEqual(inputOf(mapped, { ...taken, ifMatch: '*' }), { id: 'a' });
    for (const body of [null, [], 'text', 7])
      assert.throws(() => inputOf(mapped, { ...taken, body }), { code: 'bad_request' });
    for (const field of ['id', 'revision'])
      assert.throws(() => inputOf(mapped, { ...taken, body: { [field]: 'b' } }), { field });
    assert.throws(() => inputOf(mapped, { ...taken, query: new URLSearchParams({ id: 'b' }) }), {
      field: 'id',
    });
  });

  it('has an address of its own for each operation, whose fields are fields of its input', () => {
    const all = Object.values(operations).flatMap((area) => Object.values<Operation>(area));
    const addresses = all.map(({ http }) => http.replaceAll(/\{\w+\}/g, '{}'));
    assert.deepEqual(new Set(addresses).size, addresses.length);
    for (const { http, input } of all) {
      const fields = input instanceof z.ZodObject ? Object.keys(input.shape) : [];
      for (const field of routeOf({ http }).fields) assert.ok(fields.includes(field), `${http}: ${field}`);
    }
  });
});
