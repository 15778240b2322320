import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLogOutput } from './log-output.ts';

const failure = (code: string) => Object.assign(new Error(code), { code });

/** An output whose writes go as `answers` says, one by one, and afterwards whole. */
function openOutput(...answers: (number | Error)[]) {
  const writes: string[] = [];
  const output = createLogOutput(
    (count) => `missing ${count}\n`,
    (bytes) => {
      const answer = answers.shift() ?? bytes.length;
      if (answer instanceof Error) throw answer;
      writes.push(bytes.subarray(0, answer).toString());
      return answer;
    },
  );
  return { output, writes };
}

describe('the output of the log', () => {
  it('writes the lines of one turn together', async () => {
    const { output, writes } = openOutput();
    for (const line of ['a\n', 'b\n']) output.write(line);
    await turn();
    assert.deepEqual(writes, ['a\nb\n']);
  });

  it('F9 drops what a full disk does not take, and says how many lines are missing', async () => {
    const { output, writes } = openOutput(failure('ENOSPC'), failure('ENOSPC'));
    for (const line of ['a\n', 'b\n', 'c\n']) {
      output.write(line);
      if (line !== 'a\n') await turn();
    }
    output.write('d\n');
    await turn();
    assert.deepEqual(writes, ['missing 3\nd\n']);
  });

  it('goes on with a line that was taken in part', async () => {
    const { output, writes } = openOutput(2);
    output.write('abc\n');
    await turn();
    output.write('d\n');
    await delay(60);
    assert.equal(writes.join(''), 'abc\nd\n');
  });

  it('waits for a reader that is slow, but keeps no more than a megabyte for it', async () => {
    const { output, writes } = openOutput(failure('EAGAIN'));
    output.write('a\n');
    await delay(60);
    assert.deepEqual(writes, ['a\n']);
    const slow = openOutput(failure('EAGAIN'));
    for (let n = 0; n < 1025; n++) slow.output.write(`${'x'.repeat(1023)}\n`);
    await turn();
    slow.output.write('b\n');
    await delay(60);
    assert.deepEqual(slow.writes, ['missing 1025\nb\n']);
  });

  it('F9 keeps a process running whose reader is stuck', async () => {
    const script = `
      import { createLogOutput } from './server/log-output.ts';
      const output = createLogOutput(String);
      for (let n = 0; n < 400; n++) output.write('x'.repeat(1023) + '\\n');
      setTimeout(() => { process.send('alive'); process.disconnect(); process.reallyExit(0); }, 200);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    assert.deepEqual((await once(child, 'message'))[0], 'alive');
    child.stdout?.destroy();
  });

  it('F9 keeps a process running, and lets it end, whose reader has gone', async () => {
    const script = `
      import { createLog } from './server/log.ts';
      const log = createLog({ level: 'info', format: 'json' });
      log.info({}, 'begun');
      process.on('message', () => { log.info({}, 'unheard'); setTimeout(() => { process.send('alive'); process.disconnect(); }, 50); });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    child.stdout?.destroy();
    child.send('go');
    assert.deepEqual((await once(child, 'message'))[0], 'alive');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });
});
