import assert from 'node:assert/strict';
import { it } from 'node:test';
import { addApp } from '../testing/app-under-test.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { onEveryStorage, onSqlite } from '../testing/on-every-storage.ts';
import { contentOf, exported, imported } from '../testing/transfer.ts';

/** As somebody is told in a sector, by what is stored now. */
async function subAt({ storage, secret }: TestInstallation): Promise<string> {
  secret.follow((await storage.installation.find()) ?? assert.fail());
  return secret.pairwise('notes.example.com', 'ada');
}

onSqlite('an import of what pairwise subs are made of', (start) => {
  it('keeps those of the file, and leaves alone an installation whose apps are told others', async () => {
    const [before, after, other] = [await start(), await start(), await start()];
    await addApp(before, { subjectType: 'pairwise' });
    const file = await exported(before);
    assert.notEqual(await subAt(after), await subAt(before));
    const { counts } = await imported(after, await contentOf(file));
    assert.equal(counts.pairwiseSalt?.added, 1);
    assert.equal(await subAt(after), await subAt(before));
    const again = await imported(after, await contentOf(file));
    assert.deepEqual([again.done, again.counts.pairwiseSalt?.present], [true, 1]);
    await addApp(other, { subjectType: 'pairwise' });
    const own = await subAt(other);
    const { done, conflicts } = await imported(other, await contentOf(file));
    assert.deepEqual([done, conflicts[0]?.kind, conflicts[0]?.reason], [false, 'pairwiseSalt', 'in_use']);
    assert.equal(await subAt(other), own);
  });
});

onEveryStorage('an export', (start) => {
  it('has what pairwise subs are made of, encrypted', async () => {
    const file = await exported(await start());
    const kinds = [];
    for await (const { kind } of (await contentOf(file)).items()) kinds.push(kind);
    assert.ok(kinds.includes('pairwiseSalt'));
    assert.ok(!Buffer.from(file).toString('latin1').includes('pairwiseSalt'));
  });
});
