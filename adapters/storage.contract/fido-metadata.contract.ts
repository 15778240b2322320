import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import type { MetadataBlob } from '../../server/storage.ts';
import { race } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { now, randomId } from './samples.ts';

const metadataBlobSample = (fields: Partial<MetadataBlob> = {}): MetadataBlob => ({
  no: 1 + randomBytes(4).readUInt32BE(),
  takenAt: now,
  source: 'https://mds.example.com/',
  packed: randomId(),
  ...fields,
});

export function fidoMetadataContract(name: string, open: Open): void {
  describe(`${name}: FIDO metadata`, () => {
    const storage = openedOnce(open);
    const metadata = () => storage().fidoMetadata;
    const authority = 'one authority';

    it('is not there at first', async () => {
      assert.equal(await metadata().findHead(), undefined);
      assert.equal(await metadata().find(), undefined);
      assert.equal(await metadata().findHighest(authority), 0);
      assert.equal(await metadata().findAttempt(), undefined);
    });

    it('is found again as it was, its head without the blob', async () => {
      const blob = metadataBlobSample({ no: 5, etag: '"a"', lastModified: 'Sun, 01 Nov 2026 00:00:00 GMT' });
      assert.equal(await metadata().recordBlob(blob), true);
      assert.deepEqual(await metadata().find(), blob);
      const { packed, ...head } = blob;
      assert.deepEqual(await metadata().findHead(), head);
    });

    it('is replaced whole, by the same number or a higher one', async () => {
      const newer = metadataBlobSample({ no: 6 });
      const again = metadataBlobSample({ no: 6, etag: '"b"' });
      for (const blob of [newer, again]) assert.equal(await metadata().recordBlob(blob), true);
      assert.deepEqual(await metadata().find(), again);
      assert.equal(await metadata().recordBlob(metadataBlobSample({ no: 5 })), false);
      assert.deepEqual(await metadata().find(), again);
    });

    it('is the highest of 50 that come at once', async () => {
      const blobs = Array.from({ length: 50 }, (_, i) => metadataBlobSample({ no: 100 + ((i * 7) % 50) }));
      await race((i) => metadata().recordBlob(blobs[i] ?? metadataBlobSample()));
      assert.deepEqual(
        await metadata().find(),
        blobs.find(({ no }) => no === 149),
      );
    });

    it('can be as large as a signed blob is', async () => {
      const packed = randomBytes(6 * 1024 * 1024).toString('base64');
      await metadata().recordBlob(metadataBlobSample({ no: 200, packed }));
      assert.ok((await metadata().find())?.packed === packed);
    });

    it('never lets the highest number go down, whoever of 50 writes it', async () => {
      const raised = await race((i) => metadata().recordHighest(authority, 300 + ((i * 7) % 50)));
      assert.ok(raised.some(Boolean));
      assert.equal(await metadata().findHighest(authority), 349);
      for (const no of [349, 300, 0]) assert.equal(await metadata().recordHighest(authority, no), false);
      assert.equal(await metadata().findHighest(authority), 349);
      assert.equal(await metadata().recordHighest(authority, 350), true);
    });

    it('counts for each authority by itself', async () => {
      const other = 'another authority';
      assert.equal(await metadata().findHighest(other), 0);
      assert.equal(await metadata().recordHighest(other, 3), true);
      assert.deepEqual(
        [await metadata().findHighest(other), await metadata().findHighest(authority)],
        [3, 350],
      );
    });

    it('leaves the highest number behind when the blob is removed', async () => {
      await metadata().remove();
      await metadata().remove();
      assert.equal(await metadata().find(), undefined);
      assert.equal(await metadata().findHighest(authority), 350);
      await using other = await open();
      assert.equal(await other.fidoMetadata.findHighest(authority), 350);
    });

    it('remembers how asking went the last time, whatever the clock said then', async () => {
      const attempt = { at: now, result: 'redirect', detail: 'to elsewhere', failures: 3 };
      await metadata().recordAttempt(attempt);
      assert.deepEqual(await metadata().findAttempt(), attempt);
      const latest = { at: now - 1, result: 'unchanged', failures: 0 };
      await metadata().recordAttempt(latest);
      assert.deepEqual(await metadata().findAttempt(), latest);
    });
  });
}
