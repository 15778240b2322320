import assert from 'node:assert/strict';
import { it } from 'node:test';
import { every } from './chores.ts';
import { createLog } from './log.ts';

it('a chore that keeps failing is tried again, and told once until it succeeds', async () => {
  const stop = new AbortController();
  const lines: { level: number | string; failures?: number }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const log = createLog({ level: 'warn', format: 'json', destination });
  let runs = 0;
  await every(1, { signal: stop.signal, log }, async () => {
    runs += 1;
    if (runs === 45) stop.abort();
    if (runs !== 25) throw new Error('away');
  });
  assert.equal(runs, 45);
  assert.deepEqual(
    lines.map(({ failures }) => failures),
    [10, 10],
  );
});
