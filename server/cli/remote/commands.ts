import type { Command } from 'commander';
import { renderUnicodeCompact } from 'uqr';
import { instant, leaf, show } from '../output.ts';
import type { Surroundings } from '../surroundings.ts';
import { revoke, type ShownCode, signInByDevice } from './device-sign-in.ts';
import { discover, serverAddress } from './discover.ts';
import { openKeptTokens } from './kept-tokens.ts';
import { ServerError } from './server-error.ts';

export function addSignInCommands(program: Command, surroundings: Surroundings): void {
  leaf(program, 'login', 'sign in to a server, to administer it from here')
    .option('--server <address>', 'which one (default: LATCHKEY_SERVER)')
    .action(async (options: { json?: boolean; server?: string }) => {
      const { server, scopes, expiresAt } = await login(surroundings, options);
      show(surroundings, options, {
        data: { server, scopes },
        lines: [
          `Signed in to ${server}.`,
          `What you may do there: ${scopes.join(' ')}`,
          `\`latchkey user list --server ${server}\` asks it; with LATCHKEY_SERVER set, every command does.`,
          `The token in use ends ${instant(expiresAt)} and is renewed by itself; \`latchkey logout\` ends it all.`,
        ],
      });
    });
  leaf(program, 'logout', 'end the sign-in to a server')
    .option('--server <address>', 'which one (default: LATCHKEY_SERVER)')
    .action(async (options: { json?: boolean; server?: string }) => {
      const { server, wasSignedIn } = await logout(surroundings, options);
      const line = wasSignedIn ? `Signed out of ${server}.` : `Nobody was signed in to ${server} from here.`;
      show(surroundings, options, { data: { server, wasSignedIn }, lines: [line] });
    });
}

function serverOf(
  { remote }: Surroundings,
  { server = remote.LATCHKEY_SERVER }: { server?: string },
): string {
  if (server) return serverAddress(server);
  throw new ServerError('only_here', 'Which server? Say `--server https://login.example.com`.');
}

async function login(surroundings: Surroundings, options: { server?: string }) {
  const { err, now, forPeople } = surroundings;
  const server = serverOf(surroundings, options);
  const kept = openKeptTokens(surroundings);
  const tokens = await signInByDevice(await discover(server, now), {
    now,
    onCode: (shown) => err(codeLines(shown).join('\n')),
    onWait: (seconds) => {
      const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
      if (forPeople) err(`\rWaiting, ${left} left … `);
    },
  });
  if (forPeople) err('\n');
  await kept.change(server, async () => tokens);
  const scopes = tokens.scopes.filter((scope) => scope.includes(':'));
  return { server, scopes, expiresAt: tokens.expiresAt };
}

function codeLines({ uri, complete, code }: ShownCode): string[] {
  return [
    'On a device that has your passkey, open',
    '',
    `  ${uri}`,
    '',
    `and type the code  ${code}  or scan this, and compare the code:`,
    '',
    ...renderUnicodeCompact(complete).split('\n'),
    '',
    '',
  ];
}

/** Forgotten here even where the server is away: then it ends there by itself. */
async function logout(surroundings: Surroundings, options: { server?: string }) {
  const server = serverOf(surroundings, options);
  const kept = openKeptTokens(surroundings);
  const tokens = kept.find(server);
  await kept.change(server, async () => undefined);
  if (tokens) await revoke(await discover(server, surroundings.now), tokens);
  return { server, wasSignedIn: tokens !== undefined };
}
