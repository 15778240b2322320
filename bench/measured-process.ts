import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Announcement, Answer, Machine, Question } from './report-cpu.ts';

/** A server in a process of its own, so that its CPU time is its alone. */
export interface MeasuredProcess extends AsyncDisposable {
  readonly origin: string;
  /** Empty where there are no pages. */
  readonly setupLink: string;
  /** That the program has by itself. */
  readonly machine?: Machine;
  /** Microseconds of CPU since its start, all threads. */
  cpu(): Promise<number>;
  /** What reached its storage since its start, by name. */
  calls(): Promise<Readonly<Record<string, number>>>;
}

/**
 * @param file the program, beside this one
 * @param settings added to the environment
 * @param isSetUp there may be an administrator already, and then there is no link for one
 */
export async function startMeasured(
  file: string,
  settings: Readonly<Record<string, string>> = {},
  { isSetUp = false } = {},
): Promise<MeasuredProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const firstLines = keepFirstLines(child);
  const { ready } = await message<Announcement>(child).catch((error: Error) => {
    throw new Error(`${file}: ${error.message}\n${firstLines()}`);
  });
  const ask = async (question: Question): Promise<Answer> => {
    child.send(question);
    return await message<Answer>(child);
  };
  return {
    origin: ready.origin,
    ...(ready.machine && { machine: ready.machine }),
    setupLink: ready.origin && !isSetUp ? (ready.setupLink ?? (await printedLink(firstLines))) : '',
    async cpu() {
      const answer = await ask('cpu');
      return 'cpu' in answer ? answer.cpu : Number.NaN;
    },
    async calls() {
      const answer = await ask('calls');
      return 'calls' in answer ? answer.calls : {};
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Reads all of the log, so that the server never waits for us, and keeps its beginning. */
function keepFirstLines(child: ChildProcess): () => string {
  let kept = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      if (kept.length < 20_000) kept += chunk;
    });
  return () => kept;
}

async function printedLink(output: () => string): Promise<string> {
  for (let waited = 0; waited < 30_000; waited += 50) {
    const [link] = /http:\/\/localhost:\d+\/setup\?token=[\w-]+/.exec(output()) ?? [];
    if (link) return link;
    await delay(50);
  }
  throw new Error(`no setup link in:\n${output()}`);
}

async function message<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  const exit = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`the measured process ended with ${code}`);
  });
  try {
    const [received] = (await Promise.race([once(child, 'message'), exit])) as [Message];
    return received;
  } finally {
    exit.catch(() => {});
    ended.abort();
  }
}
