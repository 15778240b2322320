import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { AppError, ConflictError } from '../errors.ts';
import { withInstallation } from './installation.ts';
import { instant, leaf, show } from './output.ts';
import { progressTo } from './progress.ts';
import type { Surroundings } from './surroundings.ts';

const withoutSecret =
  'The installation secret is not in it, and without that it opens nothing: keep a copy of the secret in another place.';

const afterRestore = [
  'Sessions, tokens and links of the copy were left out: people sign in again, and links are made anew.',
  'People, passkeys, apps and their secrets are as they were then. What was removed, disabled or rotated since is back:',
  'look through `latchkey user list`, `latchkey user show USER` and `latchkey app list`, and do it again.',
];

export function addStorageCommands(program: Command, surroundings: Surroundings): void {
  leaf(program, 'migrate', 'bring the storage up to date, before the server of a new version starts').action(
    async (options) => {
      const { storageUrl: url } = readConfig(surroundings.env);
      const { openStorage } = surroundings;
      await using storage = await openStorage({
        url,
        role: 'command',
        schema: 'migrate',
        waitUntilReady: true,
      });
      const data = await storage.schemaVersion();
      show(surroundings, options, { data, lines: [`The storage is at version ${data.stored}.`] });
    },
  );
  leaf(program, 'backup <file>', 'copy the storage while the server runs; without the secret').action(
    async (name: string, options) => {
      const data = await backup(resolve(name), surroundings);
      show(surroundings, options, {
        data,
        lines: [`Wrote ${data.file} (${data.bytes} bytes).`, withoutSecret],
      });
    },
  );
  leaf(program, 'restore <file>', 'bring a copy back, while no server runs; everyone signs in again')
    .option('--replace', 'also where there is an installation already')
    .action(async (name: string, options: { json?: boolean; replace?: boolean }) => {
      const file = resolve(name);
      const data = await restore({ file, replace: options.replace === true }, surroundings);
      const lines = [`Restored ${file}, written ${instant(data.writtenAt)}.`, ...afterRestore];
      show(surroundings, options, { data, lines });
    });
}

async function backup(file: string, surroundings: Surroundings): Promise<{ file: string; bytes: number }> {
  if (existsSync(file)) throw new AppError('conflict', { field: 'file', detail: `${file} exists already` });
  await withInstallation(surroundings, async ({ storage, record }) => {
    await storage.backup(file, progressTo(surroundings, 'Copying'));
    await record({ type: 'backup.made', actor: { kind: 'machine' } });
  });
  return { file, bytes: statSync(file).size };
}

async function restore(input: { file: string; replace: boolean }, surroundings: Surroundings) {
  const { file, replace } = input;
  const url = readConfig(surroundings.env).storageUrl;
  const onProgress = progressTo(surroundings, 'Restoring');
  if (!existsSync(file))
    throw new AppError('not_found', { field: 'file', detail: `there is no file ${file}` });
  try {
    await surroundings.restoreStorage({ url, file, replace, onProgress });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const detail = 'there is an installation in the storage already: --replace overwrites it';
    throw new AppError('conflict', { field: 'replace', detail, cause: error });
  }
  // A copy opens with the secret that it was made with: with another one, this says so.
  return withInstallation(surroundings, async ({ storage, record }) => {
    await record({ type: 'backup.restored', actor: { kind: 'machine' } });
    const { id } = (await storage.installation.find()) ?? {};
    return { file, installation: id, writtenAt: statSync(file).mtimeMs };
  });
}
