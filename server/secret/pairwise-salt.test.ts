import assert from 'node:assert/strict';
import { it } from 'node:test';
import { appSample } from '../../adapters/storage.contract/samples.ts';
import { createPairwiseUse } from '../oidc/pairwise-use.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { createPairwise, keepPairwiseSalt, makeSalt } from './pairwise-salt.ts';
import { createSecretRing } from './ring.ts';

onEveryStorage('the salt of pairwise subs', (start) => {
  it('is made once, whoever of 20 begins', async () => {
    const installation = await start();
    const { config, storage } = installation;
    const { pairwiseSalt: _, ...without } = (await storage.installation.find()) ?? assert.fail();
    await storage.installation.update(without, without.revision ?? 0);
    const dependents = async () => undefined;
    const [root = ''] = (config.secret ?? (await rootOf(config))).split('\n');
    const rings = Array.from({ length: 20 }, () => createSecretRing([root]));
    assert.throws(() => rings[0]?.pairwise('a.example', 'ada'), /is gone, or not made yet/);
    await Promise.all(
      rings.map((secret) => keepPairwiseSalt({ repository: storage.installation, secret, dependents })),
    );
    assert.equal(new Set(rings.map(({ pairwise }) => pairwise('a.example', 'ada'))).size, 1);
    const stored = await storage.installation.find();
    assert.ok(!JSON.stringify(await storage.installation.find()).includes(root));
    const another = createSecretRing([root]);
    await keepPairwiseSalt({ repository: storage.installation, secret: another, dependents });
    assert.deepEqual(await storage.installation.find(), stored, 'one that is there stays');
  });

  it('is not made anew while apps know people by it, and is where nothing does', async () => {
    const { config, storage } = await start();
    const { pairwiseSalt: _, ...without } = (await storage.installation.find()) ?? assert.fail();
    await storage.installation.update(without, without.revision ?? 0);
    const [root = ''] = (config.secret ?? (await rootOf(config))).split('\n');
    const secret = createSecretRing([root]);
    const keep = () => {
      const { dependents } = createPairwiseUse({ storage, secret, now: Date.now });
      return keepPairwiseSalt({ repository: storage.installation, secret, dependents });
    };
    const app = appSample({ name: 'Notes', id: 'notes', subjectType: 'pairwise' });
    await storage.apps.insert(app);
    await assert.rejects(keep(), {
      reason: 'no_salt',
      message: /is gone.*Notes \(notes\) would know nobody/,
    });
    await storage.apps.remove(app.id);
    const { noteTold } = createPairwiseUse({ storage, secret, now: Date.now });
    await Promise.all(Array.from({ length: 20 }, noteTold));
    await assert.rejects(keep(), { reason: 'no_salt', message: /apps that describe themselves/ });
    assert.equal((await storage.installation.find())?.pairwiseSalt, undefined);
    const { items } = await storage.artifacts.listAll({ limit: 9 });
    for (const { id } of items) await storage.artifacts.remove(id);
    await keep();
    assert.equal(secret.pairwise('a.example', 'ada').length, 43);
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
