import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { addAppCommands } from './app-commands.ts';
import { addArchitectureCommand } from './architecture-command.ts';
import { addAuditCommands } from './audit-commands.ts';
import { addCertificateCommands } from './certificate-commands.ts';
import { nameCommands } from './command-name.ts';
import { addConfigurationCommands } from './configuration/commands.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { failureJson, failureLines } from './failure.ts';
import { addFigureCommands } from './figure-commands.ts';
import { addGroupCommands } from './group-commands.ts';
import { addMachineCommands } from './machine-commands.ts';
import { addMetadataCommands } from './metadata-commands.ts';
import { addOperationCommands } from './operations/commands.ts';
import { harmless } from './output.ts';
import { addPolicyCommands } from './policy-commands.ts';
import { addReceiptKeyCommands } from './receipt-key-commands.ts';
import { addSignInCommands } from './remote/commands.ts';
import { splitEnvironment } from './remote/remote-settings.ts';
import { addSecretCommands } from './secret-commands.ts';
import { addStorageCommands } from './storage-commands.ts';
import type { Surroundings } from './surroundings.ts';
import { addTransferCommands } from './transfer-commands.ts';
import { addUserCommands } from './user-commands.ts';

const help = `
Settings come from the environment (docs/configuration.md), as the server has them.
With --json the answer is JSON on standard output, and an error JSON on standard error.
Exit codes: 0 done, 1 refused or failed, 2 wrong usage.`;

/** What a command is given of the world. */
type World = Omit<Surroundings, 'remote' | 'server'>;

/** Runs one command and returns its exit code. Errors go to standard error, as JSON where --json is given. */
export async function runCommand(args: readonly string[], given: World): Promise<number> {
  const { env, remote } = splitEnvironment(given.env);
  let chosen: string | undefined;
  const surroundings: Surroundings = {
    ...given,
    env,
    remote,
    server: () => chosen ?? (remote.LATCHKEY_SERVER?.trim() || undefined),
    out: (text) => given.out(harmless(nameCommands(text, given.env))),
    // How far long work is, is written over itself.
    err: (text) => given.err(harmlessLine(nameCommands(text, given.env))),
  };
  let exitCode = 0;
  const program = createProgram(surroundings, (code) => {
    exitCode = code;
  });
  program.hook('preAction', (_, command) => {
    chosen = command.opts<{ server?: string }>().server;
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

const harmlessLine = (text: string): string =>
  text.startsWith('\r') ? `\r${harmless(text.slice(1))}` : harmless(text);

/** Every command; nothing is run yet. */
export function createProgram(surroundings: Surroundings, setExitCode: (code: number) => void): Command {
  const program = new Command('latchkey')
    .version(version, '-V, --version', 'print the version')
    .description('A passkey-first OpenID Connect provider.')
    .addHelpText('after', help)
    // `import` has options and commands of its own: what stands behind a command is that command's.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: surroundings.out, writeErr: surroundings.err })
    .showHelpAfterError('(--help says how)');
  program.command('start').description('start the server');
  program
    .command('passkeys')
    .description('start the passkey manager as a service of its own (docs/operations.md)');
  program
    .command('signer')
    .description('sign with the keys of a PKCS#11 token, for providers (docs/external-signing.md)');
  addSecretCommands(program, surroundings);
  addMachineCommands(program, surroundings);
  addDoctorCommand(program, surroundings, setExitCode);
  addArchitectureCommand(program, surroundings, setExitCode);
  addReceiptKeyCommands(program, surroundings);
  addMetadataCommands(program, surroundings, setExitCode);
  addAuditCommands(program, surroundings, setExitCode);
  addStorageCommands(program, surroundings);
  addTransferCommands(program, surroundings, setExitCode);
  addCertificateCommands(program, surroundings, setExitCode);
  addAppCommands(program, surroundings);
  addUserCommands(program, surroundings);
  addGroupCommands(program, surroundings);
  addFigureCommands(program, surroundings);
  addPolicyCommands(program, surroundings);
  addOperationCommands(program, surroundings);
  addConfigurationCommands(program, surroundings);
  addSignInCommands(program, surroundings);
  return program;
}
