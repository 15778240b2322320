import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAppCommands } from './app-commands.ts';
import { addArchitectureCommand } from './architecture-command.ts';
import { addAuditCommands } from './audit-commands.ts';
import { addCertificateCommands } from './certificate-commands.ts';
import { nameCommands } from './command-name.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { failureJson, failureLines } from './failure.ts';
import { addGroupCommands } from './group-commands.ts';
import { addMachineCommands } from './machine-commands.ts';
import { addReceiptKeyCommands } from './receipt-key-commands.ts';
import { addStorageCommands } from './storage-commands.ts';
import type { Surroundings } from './surroundings.ts';
import { addUserCommands } from './user-commands.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

const help = `
Settings come from the environment (docs/configuration.md), as the server has them.
With --json the answer is JSON on standard output, and an error JSON on standard error.
Exit codes: 0 done, 1 refused or failed, 2 wrong usage.`;

/** Runs one command and returns its exit code. Errors go to standard error, as JSON where --json is given. */
export async function runCommand(args: readonly string[], given: Surroundings): Promise<number> {
  const surroundings: Surroundings = {
    ...given,
    out: (text) => given.out(nameCommands(text, given.env)),
    err: (text) => given.err(nameCommands(text, given.env)),
  };
  let exitCode = 0;
  const program = createProgram(surroundings, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args.length > 0 ? args : ['--help'], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const text = args.includes('--json') ? failureJson(error) : failureLines(error);
    surroundings.err(`${text}\n`);
    return 1;
  }
}

function createProgram(surroundings: Surroundings, setExitCode: (code: number) => void): Command {
  const program = new Command('latchkey')
    .version(version, '-V, --version', 'print the version')
    .description('A passkey-first OpenID Connect provider.')
    .addHelpText('after', help)
    .exitOverride()
    .configureOutput({ writeOut: surroundings.out, writeErr: surroundings.err })
    .showHelpAfterError('(--help says how)');
  program.command('start').description('start the server');
  program
    .command('passkeys')
    .description('start the passkey manager as a service of its own (docs/operations.md)');
  addMachineCommands(program, surroundings);
  addDoctorCommand(program, surroundings, setExitCode);
  addArchitectureCommand(program, surroundings, setExitCode);
  addReceiptKeyCommands(program, surroundings);
  addAuditCommands(program, surroundings, setExitCode);
  addStorageCommands(program, surroundings);
  addCertificateCommands(program, surroundings, setExitCode);
  addAppCommands(program, surroundings);
  addUserCommands(program, surroundings);
  addGroupCommands(program, surroundings);
  return program;
}
