import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAnswers } from './answers.ts';
import type { Growth } from './growth.ts';
import { openPlace, type Placing } from './place.ts';
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
}

/**
 * `--folder` is where the files lie, and stay; without it they are made anew and removed. MongoDB is measured where
 * TEST_MONGO_URL is set.
 */
export async function growthCommand(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      people: { type: 'string', default: '1000000' },
      'people-mongo': { type: 'string', default: '10000' },
      folder: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const { folder } = values;
  const server = process.env.TEST_MONGO_URL;
  const report: Record<string, Report> = {
    sqlite: await measure(Number(values.people), { folder }),
    ...(server !== undefined && { mongodb: await measure(Number(values['people-mongo']), { server }) }),
  };
  if (values.json) console.log(JSON.stringify(report, undefined, 2));
  else for (const [engine, measured] of Object.entries(report)) print(engine, measured);
  if (server === undefined) console.error('\nLeft out: MongoDB: TEST_MONGO_URL is not set.');
}

/** On MongoDB what goes by id and equality alone: see docs/performance.md. */
async function measure(many: number, where: Pick<Placing, 'folder' | 'server'>): Promise<Report> {
  await using resources = new AsyncDisposableStack();
  const place = (people: number) => openPlace({ people, ...where, resources }, Date.now());
  const places = [await place(few), await place(many)] as const;
  const withLists = where.server === undefined;
  const [before = Number.NaN] = loadavg();
  const repositories = await measureRepositories(places, { withLists });
  const answers = await measureAnswers(places, { resources, withLists });
  return { few, many, load: [before, loadavg()[0] ?? Number.NaN], repositories, answers };
}

function print(engine: string, { few: of, many: among, load, repositories, answers }: Report): void {
  console.log(
    `\n${engine}: ${of} and ${among} people; load ${load.map((each) => each.toFixed(1)).join(' to ')}`,
  );
  console.log('\nThe storage alone, milliseconds of a call');
  for (const growth of repositories) console.log(lineOf(growth));
  console.log('\nWhole answers, milliseconds of CPU of the server');
  for (const growth of answers) console.log(lineOf(growth));
}

const lineOf = ({ what, few: of, many: among, ratio }: Growth) =>
  `${what.padEnd(34)} ${of.toFixed(3).padStart(9)} ${among.toFixed(3).padStart(9)}  × ${ratio.toFixed(2)}`;
