import assert from 'node:assert/strict';
import { it } from 'node:test';
import { onSqlite } from '../testing/on-every-storage.ts';

const ofEachAnswer = new Set(['date', 'x-request-id', 'content-length', 'connection', 'keep-alive']);

onSqlite('the published keys', (start) => {
  it('are told alike to a server, again and again, and to a page of any origin', async () => {
    const { origin } = await start();
    const ask = async (headers: Record<string, string> = {}, method = 'GET') => {
      const answer = await fetch(`${origin}/jwks`, { method, headers });
      const told = [...answer.headers].filter(([name]) => !ofEachAnswer.has(name));
      return { status: answer.status, headers: Object.fromEntries(told), text: await answer.text() };
    };
    const first = await ask();
    assert.equal(first.headers['access-control-allow-origin'], '*');
    assert.match(first.text, /^{"keys":\[{/);
    for (let time = 0; time < 2; time++) {
      assert.deepEqual(await ask(), first);
      const toPage = await ask({ origin: 'https://app.example' });
      const allowed = { 'access-control-allow-origin': 'https://app.example' };
      assert.deepEqual(toPage, { ...first, headers: { ...first.headers, ...allowed } });
      assert.deepEqual(await ask({}, 'HEAD'), { ...first, text: '' });
    }
  });

  it('and every other endpoint are at no address but their own', async () => {
    const { origin } = await start();
    for (const path of ['/jwks/more', '/token', '/token/more', '/auth/a/b']) {
      const answer = await fetch(origin + path);
      const { error } = (await answer.json()) as { error: string };
      assert.deepEqual([path, answer.status, error], [path, 404, 'not_found']);
    }
  });
});
