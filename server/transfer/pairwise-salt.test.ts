import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Outbound } from '../outbound/outbound.ts';
import { addApp, appUnderTest, payloadOf } from '../testing/app-under-test.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { setUp } from '../testing/journeys.ts';
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

  it('leaves alone one where an app that describes itself was told others, which is stored nowhere', async () => {
    const [host, redirectUri] = ['agent.example.com', 'https://agent.example.com/callback'];
    const id = `https://${host}/client.json`;
    const document = { client_id: id, redirect_uris: [redirectUri], subject_type: 'pairwise' };
    const outbound: Outbound = {
      ask: async () => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(document)),
      }),
      examine: async () => undefined,
    };
    const file = await exported(await start());
    const here = await start({ LATCHKEY_CLIENT_DOCUMENT_HOSTS: host }, { outbound });
    const ada = await setUp(here);
    const agent = appUnderTest(here.origin, { id, secret: undefined, redirectUri });
    const subOf = async () => payloadOf((await agent.tokens(ada)).id_token).sub;
    const before = await subOf();
    assert.equal((await here.storage.apps.list({ limit: 9 })).items.length, 0);
    const refused = await imported(here, await contentOf(file));
    assert.deepEqual([refused.done, refused.conflicts[0]?.kind], [false, 'pairwiseSalt']);
    assert.match(refused.conflicts[0]?.text ?? '', /apps that describe themselves/);
    const { done } = await imported(here, await contentOf(file), { merge: true });
    assert.equal(done, true);
    assert.equal(await subOf(), before, 'what is here stays');
  });

  it('brings back one that is lost here, out of an export of this very installation alone', async () => {
    const [here, other] = [await start(), await start()];
    await addApp(here, { subjectType: 'pairwise' });
    const own = await subAt(here);
    const [file, foreign] = [await exported(here), await exported(other)];
    const { pairwiseSalt: _, ...without } = (await here.storage.installation.find()) ?? assert.fail();
    await here.storage.installation.update(without, without.revision ?? 0);
    const { conflicts } = await imported(here, await contentOf(foreign), { merge: true });
    assert.equal(conflicts[0]?.kind, 'pairwiseSalt');
    assert.equal((await here.storage.installation.find())?.pairwiseSalt, undefined, 'nor is one made');
    assert.equal((await imported(here, await contentOf(file))).counts.pairwiseSalt?.added, 1);
    assert.equal(await subAt(here), own);
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
