import { openStorage } from '../../adapters/open.ts';
import { restoreStorage } from '../../adapters/restore.ts';
import { ask } from './ask.ts';
import { askSecret } from './ask-secret.ts';
import { runCommand } from './program.ts';

/** The `latchkey` command. `argv` as Node.js has it: interpreter and script come first. */
export async function main(argv: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unlessClosed);
  process.exitCode = await runCommand(argv.slice(2), {
    env: process.env,
    openStorage,
    restoreStorage,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    now: Date.now,
    ...(process.stdin.isTTY && process.stderr.isTTY && { ask, askSecret }),
    forPeople: process.stderr.isTTY === true,
  });
}

/** Who reads no further, as `head` does, is no fault: the command goes on to its end. */
function unlessClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
