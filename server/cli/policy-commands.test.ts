import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openStorage } from '../../adapters/open.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { startInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { runCommand } from './program.ts';

describe('latchkey policy', () => {
  let installation: TestInstallation;
  before(async () => {
    installation = await startInstallation();
    await setUp(installation);
    await addPerson(installation, { name: 'Grace', userName: 'grace' });
    await installation.administration.groups.add({ name: 'Engineering' });
    await installation.administration.groups.addMember({ group: 'Engineering', user: 'grace' });
  });
  after(() => installation?.[Symbol.asyncDispose]());

  async function latchkey(...args: string[]) {
    const { config, origin } = installation;
    const written = { out: '', err: '' };
    const code = await runCommand(['policy', ...args], {
      env: { LATCHKEY_ISSUER: origin, LATCHKEY_DATA_DIR: config.dataDir },
      openStorage,
      restoreStorage: async () => {},
      out: (text) => {
        written.out += text;
      },
      err: (text) => {
        written.err += text;
      },
      now: Date.now,
      forPeople: true,
    });
    return { code, ...written };
  }

  function file(policy: unknown): string {
    const name = join(installation.config.dataDir, 'policy.json');
    writeFileSync(name, typeof policy === 'string' ? policy : JSON.stringify(policy));
    return name;
  }

  it('says who would be turned away, counts aloud, and saves nothing', async () => {
    const policy = file({
      installation: { leastPasskeys: 2 },
      groups: { Engineering: { deviceBound: true, effectiveFrom: '2040-01-01', olderPasskeys: 'refuse' } },
    });
    const { code, out, err } = await latchkey('check', policy);
    assert.equal(code, 0);
    assert.deepEqual(out.trimEnd().split('\n'), [
      'Would turn away 1 of 2 people, when all of it is in force on 2040-01-01 00:00 UTC:',
      '  the group Engineering: 1 of 1',
      'By person:',
      '  grace: the group Engineering',
      '2 would be asked to add another passkey.',
      '1 of 1 administrators could sign in.',
    ]);
    assert.match(err, /Looked at 2 people/);
    assert.match((await latchkey('show')).out, /^There is no rule yet/);
  });

  it('puts a file in force, asks whether many are meant, and shows what can be applied again', async () => {
    const policy = file({ groups: { Engineering: { deviceBound: true } } });
    const asked = await latchkey('apply', policy);
    assert.equal(asked.code, 1);
    assert.match(asked.err, /newly turn away 1 of 2 people.*`--yes` does it nevertheless/);
    const applied = await latchkey('apply', policy, '--yes');
    assert.deepEqual(
      [applied.code, applied.out.trimEnd().split('\n').at(-1)],
      [0, 'Changed: group Engineering.'],
    );
    assert.match(
      (await latchkey('show')).out,
      /^The group Engineering asks of its people:\n {2}deviceBound: true\n$/,
    );
    const shown = (await latchkey('show', '--json')).out;
    const again = await latchkey('apply', file(shown));
    assert.match(again.out, /\(1 of them already today\):[\s\S]*Changed: nothing\.\n$/);
  });

  it('refuses what leaves no administrator, and a file that is none', async () => {
    const refused = await latchkey('apply', file({ installation: { deviceBound: true } }), '--yes');
    assert.equal(refused.code, 1);
    assert.match(refused.err, /no administrator could sign in any more/);
    assert.match((await latchkey('check', file('{'))).err, /policy\.json is no JSON that can be read/);
    const misspelt = await latchkey('check', file({ installation: { deviceBond: true } }), '--json');
    assert.equal(JSON.parse(misspelt.err.split('\n').at(-2) ?? '').field, 'installation.deviceBond');
    assert.match(
      (await latchkey('show', '--help')).out,
      /leastPasskeys +how many passkeys a person should have/,
    );
  });
});
