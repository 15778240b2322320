import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStorage } from '../adapters/open.ts';
import { runCommand } from '../server/cli/program.ts';

const denied = ['2fc0579f-8113-47ea-b116-bb5a8db9202a', '7d1351a6-e097-4852-b8bf-c9ac5c9ce4a3'];

type Settings = Readonly<Record<string, string>> & { readonly LATCHKEY_DATA_DIR: string };

/** Rules for authenticators that everybody passes: of the installation, and of a group that the person is in. */
export async function applyRules(env: Settings): Promise<void> {
  const file = join(env.LATCHKEY_DATA_DIR, 'policy.json');
  const rule = { deniedModels: denied, refusedStatuses: ['REVOKED'], olderPasskeys: 'refuse' };
  await writeFile(file, JSON.stringify({ installation: rule, groups: { measured: rule } }));
  await latchkey(env, 'group', 'add', 'measured');
  await latchkey(env, 'group', 'add-member', 'measured', 'ada');
  await latchkey(env, 'policy', 'apply', file);
}

async function latchkey(env: Settings, ...args: string[]): Promise<void> {
  let said = '';
  const say = (text: string) => {
    said += text;
  };
  const restoreStorage = () => Promise.reject(new Error('nothing is restored here'));
  const surroundings = {
    env,
    openStorage,
    restoreStorage,
    out: say,
    err: say,
    now: Date.now,
    forPeople: false,
  };
  if ((await runCommand(args, surroundings)) !== 0) throw new Error(said);
}
