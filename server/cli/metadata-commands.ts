import { setTimeout as delay } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { Administration } from '../admin/operations.ts';
import { all } from '../admin/pages.ts';
import { AppError } from '../errors.ts';
import type { ModelFacts } from '../fido-metadata/catalogue.ts';
import { createLog } from '../log.ts';
import { withAdministration } from './installation.ts';
import { metadataLines, outcomeOf, wrongWith } from './metadata-lines.ts';
import { instant, remoteLeaf, show, table } from './output.ts';
import { progressTo } from './progress.ts';
import type { Surroundings } from './surroundings.ts';

type Status = Awaited<ReturnType<Administration['metadata']['status']>>;
type Model = Awaited<ReturnType<Administration['metadata']['show']>>;

/** What is known of models of authenticators. */
export function addMetadataCommands(
  program: Command,
  surroundings: Surroundings,
  setExitCode: (code: number) => void,
): void {
  const metadata = program.command('metadata').description('what is known of models of authenticators');
  remoteLeaf(
    metadata,
    'status',
    'the FIDO metadata in force; exit code 1 where it is asked for and there is none, or it is too old',
  ).action(async (options) => {
    const data = await withAdministration(surroundings, ({ metadata }) => metadata.status({}), silent);
    show(surroundings, options, { data, lines: metadataLines(data, surroundings.now()) });
    if (wrongWith(data)) setExitCode(1);
  });
  remoteLeaf(metadata, 'refresh', 'ask for newer metadata now, and wait for it').action(async (options) => {
    const data = await withAdministration(
      surroundings,
      (administration) => refresh(administration, surroundings),
      silent,
    );
    show(surroundings, options, { data, lines: metadataLines(data, surroundings.now()) });
  });
  remoteLeaf(metadata, 'search <text>', 'models and passkey providers by a part of their name or AAGUID')
    .option('--limit <number>', 'at most so many', atMost, 50)
    .action(async (text: string, options: { json?: boolean; limit: number }) => {
      const { limit } = options;
      const { models: data } = await withAdministration(surroundings, ({ metadata }) =>
        metadata.search({ text: text.slice(0, 200), limit }),
      );
      const rows = data.map(({ aaguid, name, statuses, source }) => [
        aaguid,
        name,
        statuses[0] ?? '–',
        sources[source],
      ]);
      const lines = table(['aaguid', 'name', 'status', 'known from'], rows, 'Nothing has that in its name.');
      show(surroundings, options, { data, lines });
    });
  remoteLeaf(metadata, 'affected', 'people with a passkey whose model was found broken').action(
    async (options) => {
      const data = await withAdministration(surroundings, ({ metadata }) => all(metadata.affected));
      const rows = data.map(({ userName = '–', passkey }) => [
        ...[userName, passkey.name, passkey.model ?? passkey.aaguid, passkey.modelAlert?.join(' ') ?? ''],
        ...[instant(passkey.modelAlertAt), actions[passkey.modelAction ?? 'block']],
      ]);
      const columns = ['person', 'passkey', 'model', 'because', 'since', 'passkey signs in'];
      const lines = table(columns, rows, 'Nobody has a passkey whose model was found broken.');
      show(surroundings, options, { data, lines });
    },
  );
  remoteLeaf(metadata, 'show <aaguid>', 'what is known of one model').action(
    async (aaguid: string, options) => {
      const data = await withAdministration(surroundings, ({ metadata }) => metadata.show({ aaguid }));
      show(surroundings, options, { data, lines: modelLines(data) });
    },
  );
}

function atMost(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1 || number > 1000)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
  return number;
}

/** Whether the passkey still signs in: see `LATCHKEY_BROKEN_MODELS`. */
const actions = { block: 'no', ask: 'yes, and another one is asked for', notify: 'yes' };

/** What goes wrong is what the command tells. */
const silent = createLog({ level: 'silent', format: 'json', destination: process.stderr });

/** Longer than any attempt may take. */
const patience = 180_000;

/** @throws AppError with the reason where what came was refused */
async function refresh({ metadata }: Administration, surroundings: Surroundings): Promise<Status> {
  const before = await metadata.status({});
  if (before.source === 'off')
    throw new AppError('conflict', { detail: 'LATCHKEY_FIDO_METADATA_URL is off: there is nothing to ask' });
  const tell = progressTo(surroundings, 'Refreshing');
  await metadata.refresh({});
  // Where another instance asks already, its answer is waited for.
  for (const until = performance.now() + patience; performance.now() < until; await delay(250)) {
    const status = await metadata.status({});
    if (status.progress !== undefined) tell(status.progress);
    const isNew = status.attempt !== undefined && status.attempt.at !== before.attempt?.at;
    if (status.progress !== undefined || !isNew) continue;
    tell(1);
    const wrong = status.attempt && status.attempt.failures > 0 && attemptSays(status.attempt);
    if (wrong) throw new AppError('unavailable', { detail: wrong });
    return status;
  }
  throw new AppError('unavailable', { detail: 'the metadata did not come' });
}

function attemptSays(attempt: NonNullable<Status['attempt']>): string {
  return `the metadata was not refreshed: ${outcomeOf(attempt)}; what was taken before stays in force`;
}

const sources: Record<ModelFacts['source'], string> = {
  fido: 'FIDO metadata',
  local: 'a statement of this installation',
  names: 'its name alone',
};

function modelLines({
  aaguid,
  name,
  statuses,
  keyProtection,
  attestationTypes,
  source,
  icon,
}: Model): string[] {
  const listed = (values: readonly string[]) => values.join(', ') || '–';
  return [
    name,
    `AAGUID       ${aaguid}`,
    `known from   ${sources[source]}`,
    `status       ${listed(statuses)}`,
    `keys in      ${listed(keyProtection)}`,
    `attestation  ${listed(attestationTypes)}`,
    `picture      ${icon ? 'yes' : 'none'}`,
  ];
}
