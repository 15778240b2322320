import type { Command } from 'commander';
import { AppError } from '../errors.ts';
import { alone } from '../figures/alone.ts';
import { recount } from '../figures/recount.ts';
import type { Figure } from '../storage.ts';
import { openPasskeysFor, withInstallation } from './installation.ts';
import { leaf, show, table } from './output.ts';
import { progressTo } from './progress.ts';
import type { Surroundings } from './surroundings.ts';

/** A server that counts has its turn for so long at most, milliseconds. */
const patience = 60_000;

export function addFigureCommands(program: Command, surroundings: Surroundings): void {
  const figures = program.command('figures').description('what is counted of the installation');
  leaf(
    figures,
    'recount',
    'count people, their passkeys, apps and groups anew, and mend what has drifted',
  ).action(async (options: { json?: boolean }) => {
    const mended = await recountFigures(surroundings);
    const rows = mended.map(({ id, value }) => [id, value > 0 ? `+${value}` : `${value}`]);
    show(surroundings, options, {
      data: { mended },
      lines: table(['figure', 'mended by'], rows, 'Every figure was right.'),
    });
  });
}

function recountFigures(surroundings: Surroundings): Promise<Figure[]> {
  const { now } = surroundings;
  const progress = progressTo(surroundings, 'Counting');
  return withInstallation(surroundings, async (installation) => {
    const { storage } = installation;
    await using passkeys = await openPasskeysFor(installation, now);
    const manager = passkeys.as('administration');
    let mended: Figure[] = [];
    const hadItsTurn = await alone(
      { ...storage, now },
      async (prolong) => {
        const onProgress = (counted: number, expected: number) => {
          prolong();
          // One more than are expected: it is not over before the figures are written.
          progress(counted / (expected + 1));
        };
        mended = await recount({ storage, manager, onProgress });
        progress(1);
      },
      patience,
    );
    if (!hadItsTurn) throw new AppError('conflict', { detail: 'another process is counting' });
    return mended;
  });
}
