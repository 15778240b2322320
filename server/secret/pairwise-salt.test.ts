import assert from 'node:assert/strict';
import { it } from 'node:test';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { createPairwise, keepPairwiseSalt, makeSalt } from './pairwise-salt.ts';
import { createSecretRing } from './ring.ts';

onEveryStorage('the salt of pairwise subs', (start) => {
  it('is made once, whoever of 20 begins', async () => {
    const installation = await start();
    const { config, storage } = installation;
    const { pairwiseSalt: _, ...without } = (await storage.installation.find()) ?? assert.fail();
    await storage.installation.update(without, without.revision ?? 0);
    const [root = ''] = (config.secret ?? (await rootOf(config))).split('\n');
    const rings = Array.from({ length: 20 }, () => createSecretRing([root]));
    assert.throws(() => rings[0]?.pairwise('a.example', 'ada'), /no salt/);
    await Promise.all(rings.map((secret) => keepPairwiseSalt({ repository: storage.installation, secret })));
    assert.equal(new Set(rings.map(({ pairwise }) => pairwise('a.example', 'ada'))).size, 1);
    const stored = await storage.installation.find();
    assert.ok(!JSON.stringify(await storage.installation.find()).includes(root));
    const another = createSecretRing([root]);
    await keepPairwiseSalt({ repository: storage.installation, secret: another });
    assert.deepEqual(await storage.installation.find(), stored, 'one that is there stays');
  });

  it('makes one sub of a sector and an account, and another of everything else', () => {
    const [one, two] = [createPairwise(makeSalt()), createPairwise(makeSalt())];
    assert.equal(one('a.example', 'ada'), one('a.example', 'ada'));
    const others = [one('b.example', 'ada'), one('a.example', 'grace'), two('a.example', 'ada')];
    assert.equal(new Set([one('a.example', 'ada'), ...others]).size, 4);
  });
});

async function rootOf({ dataDir }: { dataDir: string }): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return (await readFile(`${dataDir}/secret`, 'utf8')).trim();
}
