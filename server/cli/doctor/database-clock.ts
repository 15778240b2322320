import type { Finding } from '../../admin/about-server.ts';
import { createClockWatch } from '../../clock/clock-watch.ts';
import { StorageError } from '../../errors.ts';
import type { Storage } from '../../storage.ts';
import { withoutPassword } from '../failure.ts';
import { storageRemedies } from '../storage-remedies.ts';
import { failed, ok } from './finding.ts';

const check = 'database clock';
const nothing = () => {};

/** Whether a server would serve here: by a clock of its own, that of a database goes for all instances. */
export async function examineDatabaseClock(
  { clock: readClock }: Pick<Storage, 'clock'>,
  now: () => number,
): Promise<Finding[]> {
  if (!readClock) return [];
  const log = { warn: nothing, info: nothing };
  const watch = createClockWatch({ readClock, now, elapsed: () => performance.now(), log });
  try {
    await watch.round();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return [failed(check, `${withoutPassword(error.message)}.`, storageRemedies[error.reason])];
  }
  const ahead = Math.round((watch.ahead() ?? 0) / 1000);
  const seconds = Math.abs(ahead);
  if (watch.isRight()) return [ok(check, `agrees with the clock of this machine (${seconds} s).`)];
  return [
    failed(
      check,
      `the clock of this machine is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the database\u2019s: a server here serves nothing.`,
      'Set both by NTP: a server goes on by itself once they agree to 10 seconds.',
    ),
  ];
}
