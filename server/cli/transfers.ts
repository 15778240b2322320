/** The work of the commands that export and import. */
import { resolve } from 'node:path';
import type { TransferContent } from '../transfer/content.ts';
import { exportInstallation } from '../transfer/export.ts';
import { importInstallation } from '../transfer/import.ts';
import { openPocketId } from '../transfer/pocket-id/open.ts';
import { readPocketId } from '../transfer/pocket-id/read.ts';
import { readExport } from '../transfer/read-export.ts';
import type { TransferReport } from '../transfer/report.ts';
import { type OpenInstallation, openPasskeysFor, withInstallation } from './installation.ts';
import { counterTo } from './progress.ts';
import type { Surroundings } from './surroundings.ts';
import type { ImportOptions } from './transfer-commands.ts';
import { newPassphrase, streamOf, writeOnce } from './transfer-file.ts';

export { readKeycloak } from '../transfer/keycloak/read.ts';

export const readOwn = async (file: string, passphrase: string) =>
  readExport({ openFile: () => streamOf(file), passphrase });

export const readPocketIdFile = async (file: string, options: Parameters<typeof readPocketId>[1]) =>
  readPocketId(await openPocketId(resolve(file)), options);

export async function exportTo(
  file: string,
  surroundings: Surroundings,
): Promise<{ file: string; items: number }> {
  return withInstallation(surroundings, async (installation) => {
    const { config, secret, storage, record } = installation;
    await using passkeys = await openPasskeysFor(installation, surroundings.now);
    const { count, end } = counterTo(surroundings, 'Exporting');
    let items = 0;
    const onProgress = (done: number) => {
      items = done;
      count(done);
    };
    const dependencies = { storage, secret, issuer: config.issuer, now: surroundings.now };
    const administration = passkeys.as('administration');
    const stream = await exportInstallation(
      { ...dependencies, administration },
      { passphrase: await newPassphrase(surroundings, config), onProgress },
    );
    const written = await writeOnce(file, stream);
    end(items);
    await record({ type: 'installation.exported', actor: { kind: 'machine' }, details: { items } });
    return { file: written, items };
  });
}

export async function take(
  installation: OpenInstallation,
  given: { content: TransferContent; surroundings: Surroundings; options: ImportOptions },
): Promise<TransferReport> {
  const { config, secret, storage, audit } = installation;
  const { content, surroundings, options } = given;
  const { dryRun = false, merge = false } = options;
  await using passkeys = await openPasskeysFor(installation, surroundings.now);
  const administration = passkeys.as('administration');
  const { now } = surroundings;
  const dependencies = { storage, administration, secret, issuer: config.issuer, now };
  const looking = counterTo(surroundings, 'Looking');
  const taking = counterTo(surroundings, 'Importing');
  const onProgress = ({ step, items }: { step: 'looking' | 'taking'; items: number }) =>
    (step === 'looking' ? looking : taking).count(items);
  const work = () => importInstallation(content, { dryRun, merge, onProgress }, dependencies);
  if (dryRun) return await work();
  const { source } = content;
  const event = { type: 'installation.imported', actor: { kind: 'machine' }, details: { source } } as const;
  return await audit.change(event, async (note) => {
    const report = await work();
    note({ details: addedOf(report) });
    return report;
  });
}

function addedOf({ counts, done }: TransferReport): Record<string, number | boolean> {
  const added = Object.entries(counts).map(([kind, { added: count }]) => [kind, count]);
  return { done, ...Object.fromEntries(done ? added : []) };
}
