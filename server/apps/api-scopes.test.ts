import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ApiScope, apiResource, apiScopes } from './api-scopes.ts';

describe('the scopes of our API', () => {
  it('are reading and writing of each area, once', () => {
    const first: ApiScope[] = ['people:read', 'people:write'];
    assert.deepEqual(apiScopes.slice(0, 2), first);
    assert.equal(apiScopes.length, 18);
    assert.equal(new Set(apiScopes).size, apiScopes.length);
    for (const scope of apiScopes) assert.match(scope, /^[a-z]+:(read|write)$/);
  });

  it('are of one resource below the issuer', () => {
    assert.equal(apiResource('https://id.example.com'), 'https://id.example.com/api/v1');
    assert.equal(apiResource('https://id.example.com/'), 'https://id.example.com/api/v1');
  });
});
