import type { Command } from 'commander';
import { AppError } from '../errors.ts';
import type { TransferContent } from '../transfer/content.ts';
import { type OpenInstallation, withInstallation } from './installation.ts';
import { leaf, show } from './output.ts';
import type { Surroundings } from './surroundings.ts';
import { jsonOf, passphrase } from './transfer-file.ts';
import { reportLines } from './transfer-lines.ts';

export interface ImportOptions {
  json?: boolean;
  dryRun?: boolean;
  merge?: boolean;
}

const afterExport =
  'Whoever has the file and its passphrase can sign tokens in your name: delete it when the import is done.';

type SetExitCode = (code: number) => void;

/**
 * Everything to another installation, and from another, be it another product. What does it is loaded when it is asked
 * for: all other commands would wait for it.
 */
export function addTransferCommands(
  program: Command,
  surroundings: Surroundings,
  setExitCode: SetExitCode,
): void {
  leaf(program, 'export <file>', 'write everything to a file for another installation, encrypted').action(
    async (file: string, options) => {
      const { exportTo } = await import('./transfers.ts');
      const data = await exportTo(file, surroundings);
      show(surroundings, options, { data, lines: [`Wrote ${data.file}: ${data.items} items.`, afterExport] });
    },
  );
  const bring = importLeaf(program, 'import [file]', 'take what `latchkey export` wrote').action(
    async (file: string | undefined, options: ImportOptions) => {
      if (file === undefined) return bring.help({ error: true });
      await run({ surroundings, setExitCode, options }, async ({ config }) => {
        const { readOwn } = await import('./transfers.ts');
        return readOwn(file, await passphrase(surroundings, config));
      });
    },
  );
  // Or the options of `import` itself would take those of what is imported.
  bring.enablePositionalOptions();
  addForeign(
    bring,
    {
      product: 'keycloak',
      file: 'realm.json',
      what: 'take what Keycloak exported: `kc.sh export --users same_file`',
      async read(file, options) {
        const { readKeycloak } = await import('./transfers.ts');
        return readKeycloak(await jsonOf(file), options);
      },
    },
    { surroundings, setExitCode },
  );
  addForeign(
    bring,
    {
      product: 'pocket-id',
      file: 'export.zip',
      what: 'take what `pocket-id export` wrote, or its SQLite file',
      async read(file, options) {
        const { readPocketIdFile } = await import('./transfers.ts');
        return readPocketIdFile(file, options);
      },
    },
    { surroundings, setExitCode },
  );
}

const several = (value: string, before: string[] = []) => [...before, value];

/** What another product does not tell. */
interface ForeignOptions extends ImportOptions {
  rpId?: string;
  redirect?: string[];
}

function addForeign(
  bring: Command,
  { product, file, what, read }: { product: string; file: string; what: string; read: ReadForeign },
  { surroundings, setExitCode }: Omit<Run, 'options'>,
): void {
  importLeaf(bring, `${product} <${file}>`, what)
    .option('--rp-id <host>', 'what its passkeys belong to (default: the first RP ID of this installation)')
    .option('--redirect <client=address>', 'a redirect address more; repeat for more', several)
    .action(async (name: string, options: ForeignOptions) => {
      await run({ surroundings, setExitCode, options }, async ({ config }) =>
        read(name, {
          rpId: options.rpId ?? config.relyingParties[0].rpId,
          redirects: redirectsOf(options.redirect ?? []),
          now: surroundings.now(),
        }),
      );
    });
}

type ReadForeign = (
  file: string,
  options: { rpId: string; redirects: Record<string, string[]>; now: number },
) => Promise<TransferContent>;

/** `wiki=https://wiki.example.com/callback`. A client id may hold `=`; an address begins with its scheme. */
function redirectsOf(said: readonly string[]): Record<string, string[]> {
  const redirects: Record<string, string[]> = {};
  for (const text of said) {
    const [, client, address] = /^(.+?)=([a-z][a-z0-9.+-]*:.+)$/i.exec(text) ?? [];
    if (client === undefined || address === undefined)
      throw new AppError('field_invalid', { field: 'redirect', detail: `${text} is not CLIENT=ADDRESS` });
    redirects[client] = [...(redirects[client] ?? []), address];
  }
  return redirects;
}

/** Each says the same of what it takes. */
function importLeaf(parent: Command, nameAndArguments: string, description: string): Command {
  return leaf(parent, nameAndArguments, description)
    .option('--dry-run', 'say what would come of it, and change nothing')
    .option('--merge', 'also where things of the same name are here already: those stay');
}

interface Run {
  surroundings: Surroundings;
  setExitCode: SetExitCode;
  options: ImportOptions;
}

/** Exit code 1 where something stands in the way, also of a dry run: a script can ask before. */
async function run(
  { surroundings, setExitCode, options }: Run,
  read: (installation: OpenInstallation) => Promise<TransferContent>,
): Promise<void> {
  const { take } = await import('./transfers.ts');
  const data = await withInstallation(surroundings, async (installation) =>
    take(installation, { content: await read(installation), surroundings, options }),
  );
  show(surroundings, options, { data, lines: reportLines(data) });
  if (data.conflicts.length > 0 && options.merge !== true) setExitCode(1);
}
