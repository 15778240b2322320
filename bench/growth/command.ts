import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAnswers } from './answers.ts';
import type { Growth } from './growth.ts';
import { measureOperations } from './operations.ts';
import { openPlace, type Placing, startPlace } from './place.ts';
import { measureRepositories } from './repositories.ts';
import { few } from './whom.ts';

interface Report {
  few: number;
  many: number;
  /** Of the machine, of the last minute, before and after: 1 for each core that is busy. */
  load: readonly [number, number];
  /** Milliseconds of a call. */
  repositories: Growth[];
  /** Milliseconds of CPU of the server for a whole answer. */
  answers: Growth[];
  /** The same for what apps ask of the protocol. */
  operations: Growth[];
}

/**
 * `--operations` measures what apps ask of the protocol alone. `--folder` is where the files lie, and stay; without it they are made anew and removed. MongoDB is measured where
 * TEST_MONGO_URL is set.
 */
export async function growthCommand(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      people: { type: 'string', default: '1000000' },
      'people-mongo': { type: 'string', default: '10000' },
      folder: { type: 'string' },
      operations: { type: 'boolean', default: false },
      json: { type: 'boolean' },
    },
  });
  const { folder, operations } = values;
  const server = process.env.TEST_MONGO_URL;
  const report: Record<string, Report> = {
    sqlite: await measure(Number(values.people), { folder, operations }),
    ...(server !== undefined && {
      mongodb: await measure(Number(values['people-mongo']), { server, operations }),
    }),
  };
  if (values.json) console.log(JSON.stringify(report, undefined, 2));
  else for (const [engine, measured] of Object.entries(report)) print(engine, measured);
  if (server === undefined) console.error('\nLeft out: MongoDB: TEST_MONGO_URL is not set.');
}

/** On MongoDB what goes by id and equality alone: see docs/performance.md. */
async function measure(
  many: number,
  { operations, ...where }: Pick<Placing, 'folder' | 'server'> & { operations: boolean },
): Promise<Report> {
  await using resources = new AsyncDisposableStack();
  const place = (people: number) => openPlace({ people, ...where, resources }, Date.now());
  const places = [await place(few), await place(many)] as const;
  const withLists = where.server === undefined;
  const [before = Number.NaN] = loadavg();
  const repositories = operations ? [] : await measureRepositories(places, { withLists });
  const running = [await startPlace(places[0], resources), await startPlace(places[1], resources)] as const;
  const answers = operations ? [] : await measureAnswers(running, { withLists });
  const ofApps = await measureOperations(running);
  return { few, many, load: [before, loadavg()[0] ?? Number.NaN], repositories, answers, operations: ofApps };
}

function print(engine: string, { few: of, many: among, load, ...measured }: Report): void {
  console.log(
    `\n${engine}: ${of} and ${among} people; load ${load.map((each) => each.toFixed(1)).join(' to ')}`,
  );
  section('The storage alone, milliseconds of a call', measured.repositories);
  section('Whole answers, milliseconds of CPU of the server', measured.answers);
  section('What apps ask, milliseconds of CPU of the server', measured.operations);
}

function section(title: string, growths: readonly Growth[]): void {
  if (growths.length > 0) console.log(`\n${title}`);
  for (const growth of growths) console.log(lineOf(growth));
}

const lineOf = ({ what, few: of, many: among, ratio }: Growth) =>
  `${what.padEnd(34)} ${of.toFixed(3).padStart(9)} ${among.toFixed(3).padStart(9)}  × ${ratio.toFixed(2)}`;
