import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Announcement, Answer, Question } from './report-cpu.ts';

/** A server in a process of its own, so that its CPU time is its alone. */
export interface MeasuredProcess extends AsyncDisposable {
  readonly origin: string;
  readonly setupLink: string;
  /** Microseconds of CPU since its start, all threads. */
  cpu(): Promise<number>;
  /** Store calls since its start, by name. */
  calls(): Promise<Readonly<Record<string, number>>>;
}

/** @param file the program, beside this one @param settings added to the environment */
export async function startMeasured(
  file: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<MeasuredProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stderr?.on('data', (chunk) => {
    complaints += chunk;
  });
  const { ready } = await message<Announcement>(child).catch((error: Error) => {
    throw new Error(`${file}: ${error.message}\n${complaints}`);
  });
  const ask = async (question: Question): Promise<Answer> => {
    child.send(question);
    return await message<Answer>(child);
  };
  return {
    origin: ready.origin,
    setupLink: ready.setupLink ?? `${ready.origin}/setup`,
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
