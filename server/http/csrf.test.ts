import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApplication } from '../testing/http-fixture.ts';

const start = () =>
  startApplication((app) =>
    app.use((ctx) => {
      ctx.body = { done: true };
    }),
  );

async function statusOf(
  headers: Record<string, string>,
  { path = '/account/profile', method = 'POST' } = {},
) {
  await using app = await start();
  return (await app.send(path, { method, headers })).status;
}

describe('a change asked for by a browser', () => {
  it('is made for a page of ours', async () => {
    assert.equal(await statusOf({ 'Sec-Fetch-Site': 'same-origin' }), 200);
    assert.equal(await statusOf({ Origin: 'http://localhost:3000' }), 200);
    assert.equal(await statusOf({ 'Sec-Fetch-Site': 'same-origin', Origin: 'null' }), 200);
  });

  it('O11 is refused for another site, a sibling, and an address typed in', async () => {
    for (const site of ['cross-site', 'same-site', 'none', 'SAME-ORIGIN', 'same-origin, cross-site'])
      assert.equal(await statusOf({ 'Sec-Fetch-Site': site, Origin: 'http://localhost:3000' }), 403, site);
  });

  it('O11 is refused for a foreign Origin, and where nobody says', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      'http://localhost:3001',
      'http://localhost:3000.evil.example',
      '',
    ])
      assert.equal(await statusOf({ Origin: origin }), 403, origin);
    assert.equal(await statusOf({}), 403);
  });

  it('O11 is refused whatever method asks for it', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      assert.equal(await statusOf({ 'Sec-Fetch-Site': 'cross-site' }, { method }), 403, method);
  });

  it('reading is free, and so are the endpoints of the protocol, by their exact path', async () => {
    assert.equal(await statusOf({ 'Sec-Fetch-Site': 'cross-site' }, { method: 'GET' }), 200);
    assert.equal(await statusOf({ 'Sec-Fetch-Site': 'cross-site' }, { path: '/token?x=1' }), 200);
    assert.equal(await statusOf({ 'Sec-Fetch-Site': 'cross-site' }, { path: '/token/x' }), 403);
  });
});
