import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openStorage } from '../open.ts';
import { assertFixture, storeFixture } from '../storage.contract/fixture.ts';
import { schemaVersion } from './migrations.ts';
import { restoreMongo } from './restore.ts';
import { withMongo } from './testing.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
after(() => rmSync(folder, { recursive: true }));

withMongo(({ url }) => {
  const open = () => openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });

  describe('a MongoDB database of an earlier release', () => {
    /** A new release adds its file: node --test --test-update-snapshots adapters/mongo/fixture.test.ts */
    it('is what this release makes, in the newest fixture', async (t) => {
      await using storage = await open();
      await storeFixture(storage);
      const file = join(folder, 'made.jsonl');
      await storage.backup(file);
      const newest = join(fixtures, `v${schemaVersion}.jsonl`);
      t.assert.fileSnapshot(readFileSync(file, 'utf8'), newest, { serializers: [String] });
    });

    for (const name of readdirSync(fixtures))
      it(`opens with everything in it: ${name}`, async () => {
        await restoreMongo({ url, file: join(fixtures, name), replace: true }, []);
        await using storage = await open();
        await assertFixture(storage, name);
      });
  });
});
