/** The command in the test's own process, as somebody at another computer runs it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../cli/program.ts';
import type { OpenStorageOptions, Storage } from '../storage.ts';

export interface CommandLine extends Disposable {
  /** Where it keeps what it must remember. */
  home: string;
  run(args: readonly string[], options?: RunOptions): Promise<{ status: number; out: string; err: string }>;
}

interface RunOptions {
  env?: Record<string, string>;
  /** Told everything that goes to standard error, as it comes. */
  onErr?: (text: string) => void;
  now?: () => number;
  ask?: (question: string) => Promise<string>;
}

/** @param openStorage where the command is of the machine that it runs on */
export function openCommandLine(
  openStorage?: (options: OpenStorageOptions) => Promise<Storage>,
): CommandLine {
  const home = mkdtempSync(join(tmpdir(), 'latchkey-home-'));
  const notHere = async (): Promise<never> => {
    throw new Error('nothing of this machine is opened');
  };
  return {
    home,
    async run(args, { env = {}, onErr = () => {}, now = Date.now, ask } = {}) {
      const [out, err]: [string[], string[]] = [[], []];
      const status = await runCommand(args, {
        env: { HOME: home, ...env },
        openStorage: openStorage ?? notHere,
        restoreStorage: notHere,
        out: (text) => void out.push(text),
        err: (text) => {
          err.push(text);
          onErr(text);
        },
        now,
        forPeople: true,
        ...(ask && { ask }),
      });
      return { status, out: out.join(''), err: err.join('') };
    },
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}
