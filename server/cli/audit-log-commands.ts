import type { Command } from 'commander';
import type { Administration } from '../admin/operations.ts';
import type { ShownEvent } from '../audit/seal.ts';
import { exportAudit, followAudit } from '../audit/search.ts';
import { AppError } from '../errors.ts';
import { withAdministration } from './installation.ts';
import { instant, remoteLeaf, show, table } from './output.ts';
import { progressTo } from './progress.ts';
import type { Surroundings } from './surroundings.ts';

interface Options {
  json?: boolean;
  user?: string;
  by?: string;
  app?: string;
  passkey?: string;
  type?: string;
  since?: string;
  before?: string;
  limit?: string;
  after?: string;
  seconds?: string;
}

/** What happened: read, followed, taken elsewhere. */
export function addAuditLogCommands(audit: Command, surroundings: Surroundings): void {
  timed(filtered(remoteLeaf(audit, 'list', 'list what happened, the newest first')))
    .option('--limit <number>', 'at most so many', '50')
    .option('--after <cursor>', 'go on where the list before ended')
    .action((options: Options) => listEvents(surroundings, options));
  filtered(remoteLeaf(audit, 'tail', 'follow what happens, until it is interrupted'))
    .option('--seconds <number>', 'stop after so many seconds')
    .action((options: Options) => tailEvents(surroundings, options));
  timed(filtered(remoteLeaf(audit, 'export', 'print everything as JSON Lines, the oldest first'))).action(
    (options: Options) => exportEvents(surroundings, options),
  );
}

const filtered = (command: Command) =>
  command
    .option('--user <name>', 'about this person: a user name or an id, also of one who was removed')
    .option('--by <name>', 'done by this person or app')
    .option('--app <id>', 'about this app')
    .option('--passkey <id>', 'about this passkey')
    .option('--type <type>', 'of this type, such as sign_in.failed');

const timed = (command: Command) =>
  command
    .option('--since <time>', 'from then on, such as 2026-11-30 or 2026-11-30T13:00Z')
    .option('--before <time>', 'before then');

/** What was given, as the operation takes it. */
function queryOf({ user, by, app, passkey: passkeyId, type, ...options }: Options) {
  const times = { since: timeOf(options.since, 'since'), before: timeOf(options.before, 'before') };
  const query = { user, by, app, passkeyId, type, ...times };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as Query;
}

type Query = Omit<Parameters<Administration['audit']['list']>[0], 'after' | 'limit' | 'oldestFirst'>;

async function listEvents(surroundings: Surroundings, options: Options): Promise<void> {
  const { after } = options;
  const limit = wholeNumber(options.limit, 'limit') ?? 50;
  const query = { ...queryOf(options), ...(after !== undefined && { after }), limit };
  const data = await withAdministration(surroundings, ({ audit }) => audit.list(query));
  const headings = ['at', 'what', 'outcome', 'person', 'app', 'passkey', 'from'];
  const lines = table(headings, data.items.map(cells), 'Nothing happened.');
  const more = data.next === undefined ? [] : [`… more: --after ${data.next}`];
  show(surroundings, options, { data, lines: [...lines, ...more] });
}

function tailEvents(surroundings: Surroundings, options: Options): Promise<void> {
  const { out, now } = surroundings;
  const seconds = wholeNumber(options.seconds, 'seconds');
  const signal = seconds === undefined ? new AbortController().signal : AbortSignal.timeout(seconds * 1000);
  return withAdministration(surroundings, async ({ audit }) => {
    for await (const page of followAudit(audit.list, queryOf(options), { now, signal }))
      for (const event of page)
        out(options.json ? `${JSON.stringify(event)}\n` : `${cells(event).join('  ').trimEnd()}\n`);
  });
}

function exportEvents(surroundings: Surroundings, options: Options): Promise<void> {
  const { out, now } = surroundings;
  const progress = progressTo(surroundings, 'Exporting');
  return withAdministration(surroundings, async ({ audit }) => {
    let first: number | undefined;
    for await (const page of exportAudit(audit.list, queryOf(options))) {
      out(page.map((event) => `${JSON.stringify(event)}\n`).join(''));
      first ??= page[0]?.at;
      const last = page.at(-1)?.at;
      if (first !== undefined && last !== undefined)
        progress(Math.min(0.99, (last - first) / Math.max(1, now() - first)));
    }
    progress(1);
  });
}

type Cells = Pick<
  ShownEvent,
  'at' | 'type' | 'outcome' | 'reason' | 'accountId' | 'appId' | 'passkeyId' | 'personalRemoved'
> & { personal?: Readonly<Record<string, unknown>> };

function cells(event: Cells): string[] {
  const { at, type, outcome, reason, accountId = '', appId = '', passkeyId = '' } = event;
  const from = event.personalRemoved ? 'removed' : String(event.personal?.address ?? '');
  const came = [outcome, reason].filter(Boolean).join(': ');
  return [instant(at), type, came, accountId, appId, passkeyId.slice(0, 12), from];
}

function timeOf(text: string | undefined, field: string): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new AppError('field_invalid', { field, detail: `--${field} is a time such as 2026-11-30T13:00Z` });
  return at;
}

function wholeNumber(text: string | undefined, field: string): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number < 1)
    throw new AppError('field_invalid', { field, detail: `--${field} is a number from 1 to 99999` });
  return number;
}
