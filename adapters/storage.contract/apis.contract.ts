import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { apiSample } from './administration-samples.ts';
import { assertConflict, assertOneWinner } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { oddStrings, randomId } from './samples.ts';

export function apisContract(name: string, open: Open): void {
  describe(`${name}: APIs`, () => {
    const storage = openedOnce(open);
    const apis = () => storage().apis;

    it('lists them in order of audience, and leaves absent fields absent', async () => {
      const prefix = `https://${randomId().toLowerCase()}.example/`;
      const made = oddStrings.map((odd, index) =>
        apiSample({
          audience: `${prefix}${String.fromCharCode(98 + index)}`,
          name: odd,
          scopes: [{ name: 'read', sentence: odd }],
        }),
      );
      const details = { type: 'payment', sentence: 'Pay.', schema: { type: 'object', properties: {} } };
      const first = apiSample({
        audience: `${prefix}a`,
        apps: [{ id: 'shop', people: ['read'], machine: [], details: ['payment'] }],
        detailTypes: [details],
      });
      for (const api of [...made, first]) await apis().insert(api);
      const listed = (await apis().list()).filter(({ audience }) => audience.startsWith(prefix));
      assert.deepEqual(listed, [first, ...made]);
      assert.deepEqual(await apis().findById(first.id), first);
      assert.equal(await apis().findById('none'), undefined);
    });

    it('keeps one audience for one API', async () => {
      const [one, other] = [apiSample(), apiSample()];
      await apis().insert(one);
      await apis().insert(other);
      await assertConflict(apis().insert(apiSample({ audience: one.audience })), 'audience');
      await assertConflict(apis().update({ ...other, audience: one.audience }, 1), 'audience');
      await assertConflict(apis().insert({ ...one, audience: `${one.audience}/more` }), 'id');
    });

    it('lets one of 50 updates of one revision win', async () => {
      const before = apiSample();
      await apis().insert(before);
      await assertOneWinner(() => apis().update({ ...before, name: 'Another' }, 1));
      assert.deepEqual(await apis().findById(before.id), { ...before, name: 'Another', revision: 2 });
      assert.equal(await apis().update(apiSample(), 1), false);
    });

    it('removes one once, and tells every cache of each change', async () => {
      const api = apiSample();
      const revisions = [await storage().revision()];
      await apis().insert(api);
      revisions.push(await storage().revision());
      await apis().update({ ...api, name: 'Another' }, 1);
      revisions.push(await storage().revision());
      await assertOneWinner(() => apis().remove(api.id));
      revisions.push(await storage().revision());
      assert.equal(new Set(revisions).size, 4);
      assert.equal(await apis().findById(api.id), undefined);
    });
  });
}
