import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ServerProcess, startServer } from './server-process.ts';
import { createSoftwareBrowser } from './software-browser.ts';

interface Printed {
  exitCode: number;
  rows: { control: string; relationship: string; state: string; seen: string }[];
}

/** What a trial on one machine cannot show, and why that is good enough there. */
const onLocalhost = [
  'tls-minimum-version@web-client-uses-api-gateway=on localhost there is no gateway',
  'tls-minimum-version@client-application-uses-api-gateway=on localhost there is no gateway',
  'strict-transport-security=on localhost there is no gateway',
  'database-least-privilege=each storage is a file',
];
const elsewhere = ['origin-bound=the reason stands in the audit of the passkey manager'];
const accept = (reasons: readonly string[]) => reasons.flatMap((reason) => ['--accept', reason]);

describe('verify-architecture, on what really runs', () => {
  let split: ServerProcess;
  let whole: ServerProcess;
  before(async () => {
    [split, whole] = await Promise.all([
      startServer({ engine: 'sqlite', split: true }),
      startServer({ engine: 'sqlite' }),
    ]);
  });
  before(async () => {
    for (const server of [split, whole])
      await createSoftwareBrowser(server.origin).enrol(await server.setupLink(), {
        name: 'Ada Lovelace',
        userName: 'ada',
      });
  });
  after(() => Promise.all([split, whole].map((server) => server?.[Symbol.asyncDispose]())));

  async function verify(server: ServerProcess, ...args: string[]): Promise<Printed> {
    const failed = (error: { stdout: string; stderr: string }) => {
      if (!error.stdout) throw error;
      return error.stdout;
    };
    return JSON.parse(await server.latchkey('verify-architecture', '--json', ...args).catch(failed));
  }

  it('passes provider and passkey manager in two processes, and names what was not looked at', async () => {
    const { exitCode, rows } = await verify(split);
    assert.equal(exitCode, 2);
    assert.deepEqual(
      rows.filter(({ state }) => state === 'differs'),
      [],
    );
    const between = rows.filter(
      ({ relationship }) => relationship === 'authentication-service-uses-passkey-manager',
    );
    for (const row of between) assert.equal(row.state, 'passed', JSON.stringify(row));
    assert.equal((await verify(split, ...accept([...onLocalhost, ...elsewhere]))).exitCode, 0);
  });

  it('passes one process, where there is nothing between the two', async () => {
    const { exitCode, rows } = await verify(whole, ...accept(onLocalhost));
    assert.equal(exitCode, 0, JSON.stringify(rows));
    assert.equal(rows.find(({ control }) => control === 'origin-bound')?.state, 'passed');
    assert.match(rows.find(({ control }) => control === 'replay-refused')?.seen ?? '', /same process/);
  });

  it('never passes a model that asks for something else', async () => {
    const text = readFileSync(new URL('../docs/architecture/latchkey.calm.json', import.meta.url), 'utf8');
    const edited = async (from: string, to: string) => {
      assert.ok(text.includes(from), from);
      const file = join(whole.dataDir, 'edited.json');
      writeFileSync(file, text.replaceAll(from, to));
      return verify(whole, '--model', file, ...accept(onLocalhost.filter((one) => !one.includes(from))));
    };
    const stricter = await edited('"rpId": "{host}"', '"rpId": "other.example"');
    assert.equal(stricter.exitCode, 1);
    const unknown = await edited('user-verification-required', 'retina-scan-required');
    assert.equal(unknown.exitCode, 2);
    assert.equal(unknown.rows.find(({ control }) => control === 'retina-scan-required')?.state, 'not probed');
  });
});
