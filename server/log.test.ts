import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { AppError } from './errors.ts';
import { createLog, type LogOptions } from './log.ts';

function openLog(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, log: createLog({ level: 'debug', format: 'json', destination, ...options }) };
}

function written(facts: object, event = 'something happened') {
  const { lines, log } = openLog();
  log.info(facts, event);
  assert.equal(lines.length, 1);
  const [line = ''] = lines;
  assert.equal(line.indexOf('\n'), line.length - 1);
  return { line, parsed: JSON.parse(line) };
}

describe('the log', () => {
  it('writes one JSON object a line, with time, level and event', () => {
    const { parsed } = written({ accountId: 'a1' });
    assert.match(parsed.time, /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual([parsed.level, parsed.msg, parsed.accountId], [30, 'something happened', 'a1']);
  });

  it('O23 keeps line breaks, escapes and JSON inside their field', () => {
    const evil = 'a\r\n{"level":60,"msg":"forged"}\u001b[31m\u0007"}\u2028\u0000';
    const { line, parsed } = written({ path: evil, [evil]: 1 }, evil);
    assert.ok([...line.slice(0, -1)].every((character) => character >= ' '));
    assert.equal(parsed.path, evil);
    assert.equal(parsed.level, 30);
  });

  it('O23 cuts what is too long, too wide or too deep, in every place', () => {
    const long = 'x'.repeat(1_000_000);
    let deep: object = { end: true };
    for (let i = 0; i < 10_000; i += 1) deep = { deep };
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
    const error = new Error(long, { cause: new Error(long) });
    const { line } = written(
      { long, list: Array(10_000).fill(long.slice(0, 10)), many, deep, err: error, [long]: 1 },
      long,
    );
    assert.ok(line.length < 40_000, `${line.length}`);
  });

  it('O23 leaves out what is named like a secret, at any depth', () => {
    const { line } = written({
      token: 'S1',
      access_token: 'S2',
      headers: { cookie: 'S3', Authorization: 'S4', 'set-cookie': ['S5'] },
      body: [{ client_secret: 'S6', code_verifier: 'S7', client_assertion: 'S8' }],
      bytes: Buffer.from('S9'),
    });
    assert.doesNotMatch(line, /S\d/);
  });

  it('tells of an error its code, detail, causes and stack, and no other field of it', () => {
    const cause = Object.assign(new TypeError('the cause'), {
      query: { token: 'S1' },
      code: 'E_CAUSE',
      body: 'S2',
    });
    const { parsed, line } = written({
      err: new AppError('passkey_rejected', { detail: 'counter moved', cause }),
    });
    assert.equal(parsed.err.code, 'passkey_rejected');
    assert.equal(parsed.err.detail, 'counter moved');
    assert.match(parsed.err.stack, /log\.test\.ts/);
    assert.deepEqual([parsed.err.cause.message, parsed.err.cause.code], ['the cause', 'E_CAUSE']);
    assert.doesNotMatch(line, /S\d/);
  });

  it('survives facts that refer to themselves', () => {
    const facts: Record<string, unknown> = { name: 'loop' };
    facts.self = facts;
    const error = new Error('a');
    error.cause = error;
    written({ facts, error });
  });

  it('writes nothing below its level', () => {
    const { lines, log } = openLog({ level: 'warn' });
    log.info({}, 'quiet');
    log.debug({}, 'quiet');
    log.error({}, 'loud');
    assert.equal(lines.length, 1);
  });

  it('repeats the facts of a child on every line', () => {
    const { lines, log } = openLog();
    log.child({ room: 'audit', token: 'S1' }).info({ count: 1 }, 'x');
    const { room, count, token } = JSON.parse(lines[0] ?? '');
    assert.deepEqual([room, count, token], ['audit', 1, '[left out]']);
  });

  it('is text for people where that is asked for, without checkpoints of the audit', () => {
    const { lines, log } = openLog({ format: 'text' });
    log.info({ no: 1, checkpoint: 'eyJhbGciOi' }, 'audit checkpoint');
    assert.doesNotMatch(lines.splice(0).join(''), /eyJ/);
    log.info({ port: 3000, url: 'http://localhost:3000/' }, 'listening');
    assert.match(lines.join(''), /^[^\n]*INFO.*listening.*"port":3000.*"http:\/\/localhost:3000\/"[^\n]*\n$/);
  });
});
