import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../errors.ts';
import { checkApi, type NewApi } from './validation.ts';

const issuer = 'https://login.example.com';
const invoices: NewApi = {
  audience: 'https://api.example.com/invoices',
  name: 'Invoices',
  scopes: [{ name: 'read', sentence: 'Read your invoices.' }],
};

const refusalOf = (input: Partial<Record<keyof NewApi, unknown>>): string | undefined => {
  try {
    checkApi({ ...invoices, ...input } as NewApi, { issuer });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, 'field_invalid');
    return error.detail;
  }
};

describe('what an administrator may say of an API', () => {
  it('is filled in: JWTs of ten minutes, by ES256, for no app', () => {
    const { tokenFormat, tokenLifetime, signingAlg, apps } = checkApi(invoices, { issuer });
    assert.deepEqual([tokenFormat, tokenLifetime, signingAlg, apps], ['jwt', 600, 'ES256', []]);
  });

  it('has an absolute URI as audience, without a fragment or a secret', () => {
    for (const audience of ['urn:example:api', 'https://api.example.com', 'http://10.0.0.1:8080/'])
      assert.equal(refusalOf({ audience }), undefined, audience);
    for (const audience of ['api', '/api', 'https://a.example#b', 'https://u:p@a.example', 'https://a b', ''])
      assert.match(refusalOf({ audience }) ?? '', /audience must be an absolute URI/, audience);
  });

  it('O29 is nothing about our own API, by whatever way it is written', () => {
    for (const audience of [
      `${issuer}/api/v1`,
      `${issuer}`,
      'HTTPS://LOGIN.EXAMPLE.COM:443/other',
      'http://login.example.com/api/v1',
    ])
      assert.match(refusalOf({ audience }) ?? '', /of this installation itself/, audience);
    for (const name of ['people:read', 'system:write', 'openid', 'offline_access'])
      assert.match(refusalOf({ scopes: [{ name, sentence: 'x' }] }) ?? '', /meaning of its own/, name);
  });

  it('has scopes that fit into a request, each once, and sentences of one line', () => {
    for (const name of ['a b', 'a"b', 'a\\b', 'ä', ''])
      assert.match(refusalOf({ scopes: [{ name, sentence: 'x' }] }) ?? '', /must be a scope/, name);
    const one = { name: 'read', sentence: 'x' };
    assert.match(refusalOf({ scopes: [one, one] }) ?? '', /is there twice/);
    assert.match(refusalOf({ scopes: [] }) ?? '', /at least one/);
    for (const sentence of ['', 'a\nb', 'a\u202eb'])
      assert.ok(refusalOf({ scopes: [{ name: 'read', sentence }] }), JSON.stringify(sentence));
  });

  it('gives apps only scopes and types of details that it has', () => {
    const app = { id: 'shop', people: ['read'] };
    assert.equal(refusalOf({ apps: [app] }), undefined);
    assert.match(refusalOf({ apps: [{ ...app, people: ['pay'] }] }) ?? '', /pay is no scope of this API/);
    assert.match(refusalOf({ apps: [{ ...app, machine: ['pay'] }] }) ?? '', /pay is no scope of this API/);
    assert.match(refusalOf({ apps: [{ ...app, details: ['payment'] }] }) ?? '', /payment is no type/);
    assert.match(refusalOf({ apps: [app, app] }) ?? '', /is there twice/);
  });

  it('describes details by a part of JSON Schema that every field of can be shown', () => {
    const typed = (schema: unknown) =>
      refusalOf({ detailTypes: [{ type: 'payment', sentence: 'Pay.', schema }] });
    const object = {
      type: 'object',
      properties: { to: { type: 'string', maxLength: 20 } },
      required: ['to'],
    };
    assert.equal(typed(object), undefined);
    assert.equal(
      typed({ ...object, properties: { to: object, all: { type: 'array', items: object } } }),
      undefined,
    );
    for (const schema of [
      {},
      { type: 'string' },
      { ...object, additionalProperties: true },
      { ...object, $ref: '#' },
      { ...object, properties: { to: { type: 'string', pattern: '(a+)+$' } } },
      { ...object, properties: { type: { type: 'string' } }, required: [] },
      { ...object, properties: { 'a.b': { type: 'string' } }, required: [] },
      { ...object, required: ['from'] },
      { ...object, properties: { to: { anyOf: [{ type: 'string' }] } } },
    ])
      assert.ok(typed(schema), JSON.stringify(schema));
  });
});
