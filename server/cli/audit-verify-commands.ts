import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import { checkpointJwk } from '../audit/checkpoint-jws.ts';
import type { Problem, ProblemKind } from '../audit/problem.ts';
import { verifyAudit } from '../audit/verify.ts';
import { AppError } from '../errors.ts';
import { withInstallation } from './installation.ts';
import { leaf, show, table } from './output.ts';
import { progressTo } from './progress.ts';
import type { Surroundings } from './surroundings.ts';

const kinds: Record<ProblemKind, string> = {
  event_changed: 'event was changed',
  event_removed: 'event was removed',
  event_reordered: 'event stands in another place',
  event_backdated: 'event happened later than it says',
  event_unvouched: 'event that no checkpoint saw in its time',
  tail_removed: 'the end of a chain was removed',
  chain_removed: 'a whole chain was removed',
  checkpoint_forged: 'checkpoint with a wrong signature',
  checkpoint_changed: 'checkpoint was exchanged',
  checkpoint_removed: 'checkpoint was removed',
};

/** So many are shown; the others are counted. */
const mostShown = 1000;

/** Whether the audit is what was written down. */
export function addAuditVerifyCommands(
  audit: Command,
  surroundings: Surroundings,
  setExitCode: (code: number) => void,
): void {
  leaf(audit, 'verify', 'find events and checkpoints that were changed, removed or put elsewhere')
    .option('--checkpoints <files...>', 'checkpoints or log lines that were kept beside the storage')
    .action(async (options: { json?: boolean; checkpoints?: string[] }) => {
      const problems: Problem[] = [];
      const verified = await withInstallation(surroundings, ({ storage, secret }) =>
        verifyAudit({
          storage,
          publicKeys: secret.checkpoints.publicKeys,
          lines: options.checkpoints && linesOf(options.checkpoints),
          onProgress: progressTo(surroundings, 'Verifying'),
          onProblem: (problem) => problems.length < mostShown && problems.push(problem),
        }),
      );
      const { events, chains, checkpoints, openChanges, problems: found } = verified;
      const summary = `Looked at ${events} events of ${chains} chains by ${checkpoints} checkpoints; changes without an outcome: ${openChanges}.`;
      const text = (value: unknown) => (value === undefined ? '' : String(value));
      const rows = problems.map(({ kind, chain, sequence, checkpoint, line }) =>
        [kinds[kind], chain, sequence, checkpoint, line].map(text),
      );
      const headings = ['what', 'chain', 'event', 'checkpoint', 'line'];
      const lines = [summary, ...table(headings, rows, 'Everything is as it was written down.')];
      const more = found > problems.length ? [`… and ${found - problems.length} more.`] : [];
      show(surroundings, options, {
        data: { ...verified, found: problems },
        lines: [...lines, ...more],
      });
      if (found > 0) setExitCode(1);
    });
  leaf(
    audit,
    'key',
    'print the public keys that checkpoints are verified with, the current one first',
  ).action(async (options: { json?: boolean }) => {
    const [key, ...former] = await withInstallation(surroundings, async ({ secret }) =>
      secret.checkpoints.publicKeys.map(checkpointJwk),
    );
    const data = { ...key, ...(former.length > 0 && { former }) };
    show(surroundings, options, { data, lines: [key, ...former].map((each) => JSON.stringify(each)) });
  });
}

async function* linesOf(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files)
    try {
      await using opened = await open(file);
      yield* opened.readLines();
    } catch (cause) {
      throw new AppError('field_invalid', { field: 'checkpoints', detail: `${file} cannot be read`, cause });
    }
}
