import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConflictError } from '../errors.ts';
import { type AppRefusals, type Refusal, withRefusals } from './app-refusals.ts';
import { createRefusalRecorder } from './refusal-recorder.ts';

const refusal = (fields: Partial<Refusal> = {}): Refusal => ({
  code: 'invalid_client',
  reason: 'invalid secret provided',
  count: 1,
  firstAt: 10,
  at: 10,
  ...fields,
});

describe('what an app did wrong', () => {
  it('is counted where it is the same, with the first time and the latest', () => {
    const both = withRefusals([refusal({ count: 3, firstAt: 1, at: 5 })], [refusal({ at: 20, firstAt: 20 })]);
    assert.deepEqual(both, [refusal({ count: 4, firstAt: 1, at: 20 })]);
  });

  it('is kept latest first, and no more than so many', () => {
    const many = Array.from({ length: 50 }, (_, at) => refusal({ code: `code-${at}`, at }));
    const kept = withRefusals([], many);
    assert.equal(kept.length, 20);
    assert.deepEqual([kept[0]?.at, kept.at(-1)?.at], [49, 30]);
  });

  it('O26 is not pushed out by a flood of another kind', () => {
    const flood = Array.from({ length: 1000 }, (_, at) =>
      refusal({ code: 'invalid_redirect_uri', redirectUri: `https://a.example/${at}`, at: at + 100 }),
    );
    const kept = withRefusals([refusal()], flood);
    assert.equal(kept.length, 6);
    assert.ok(kept.some(({ code }) => code === 'invalid_client'));
  });
});

/** A storage in memory, which another instance may have written to meanwhile. */
function repository() {
  const stored = new Map<string, AppRefusals>();
  let writes = 0;
  return {
    stored,
    writes: () => writes,
    before: async () => {},
    async findById(id: string) {
      return stored.get(id);
    },
    async insert(record: AppRefusals) {
      writes += 1;
      await this.before();
      if (stored.has(record.id)) throw new ConflictError('id');
      stored.set(record.id, record);
    },
    async update(record: AppRefusals, expected: number) {
      writes += 1;
      await this.before();
      if (stored.get(record.id)?.revision !== expected) return false;
      stored.set(record.id, { ...record, revision: expected + 1 });
      return true;
    },
  };
}

function recorderOn(kept: ReturnType<typeof repository>) {
  const port = {
    findById: kept.findById.bind(kept),
    insert: kept.insert.bind(kept),
    update: kept.update.bind(kept),
  };
  return createRefusalRecorder(port, () => 10);
}

const wrongSecret = { code: 'invalid_client', reason: 'invalid secret provided' };

describe('the recorder of refusals', () => {
  it('writes once for each app, however much there was', async () => {
    const kept = repository();
    const recorder = recorderOn(kept);
    for (let i = 0; i < 1000; i += 1) recorder.note('notes', wrongSecret);
    recorder.note('wiki', wrongSecret);
    assert.equal(kept.stored.size, 0, 'nothing waits for the storage');
    await recorder.flush();
    await recorder.flush();
    assert.equal(kept.writes(), 2);
    assert.deepEqual(kept.stored.get('notes')?.refusals, [refusal({ count: 1000 })]);
  });

  it('counts on what is there, also what another instance writes meanwhile', async () => {
    const kept = repository();
    const [one, other] = [recorderOn(kept), recorderOn(kept)];
    one.note('notes', wrongSecret);
    other.note('notes', wrongSecret);
    await Promise.all([one.flush(), other.flush()]);
    one.note('notes', wrongSecret);
    await one.flush();
    assert.equal(kept.stored.get('notes')?.refusals[0]?.count, 3);
  });

  it('gives up where others always win, and goes on', async () => {
    const kept = repository();
    const recorder = recorderOn(kept);
    recorder.note('notes', wrongSecret);
    await recorder.flush();
    kept.before = async () => {
      const record = kept.stored.get('notes');
      if (record) kept.stored.set('notes', { ...record, revision: record.revision + 10 });
    };
    recorder.note('notes', wrongSecret);
    await recorder.flush();
    assert.equal(kept.writes(), 4);
  });

  it('O26 holds so much of a request and no more, of so many apps', async () => {
    const kept = repository();
    const recorder = recorderOn(kept);
    for (let i = 0; i < 600; i += 1)
      recorder.note(`app-${i}`, {
        code: 'c'.repeat(1e4),
        reason: 'r'.repeat(1e4),
        redirectUri: 'u'.repeat(1e4),
      });
    await recorder.flush();
    assert.equal(kept.stored.size, 500);
    assert.ok(JSON.stringify(kept.stored.get('app-0')).length < 1000);
  });
});
