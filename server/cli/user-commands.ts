import type { Command } from 'commander';
import type { Link } from '../admin/links.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import type { Account } from '../storage.ts';
import { withAdministration } from './installation.ts';
import { all, instant, leaf, show, table } from './output.ts';
import type { Surroundings } from './surroundings.ts';

interface InviteOptions {
  json?: boolean;
  name?: string;
  email?: string;
  administrator?: boolean;
}

export function addUserCommands(program: Command, surroundings: Surroundings): void {
  const user = program.command('user').description('people');
  leaf(user, 'list', 'all people').action(async (options) => {
    const data = await withAdministration(surroundings, ({ people }) => all(people.list));
    const lines = table(
      ['user name', 'name', 'role', 'status', 'last sign-in'],
      data.map(row),
      'There is nobody yet.',
    );
    show(surroundings, options, { data, lines });
  });
  leaf(user, 'show <user>', 'one person, with passkeys').action(async (name: string, options) => {
    const data = await withAdministration(surroundings, ({ people }) => people.show({ user: name }));
    show(surroundings, options, { data, lines: personLines(data) });
  });
  leaf(user, 'invite <user-name>', 'make an account, and the link to its first passkey (72 hours)')
    .option('--name <name>', 'as others see it (default: the user name)')
    .option('--email <address>', 'e-mail address')
    .option('--administrator', 'may administer this installation')
    .action(
      async (userName: string, { json = false, name = userName, email, administrator }: InviteOptions) => {
        const data = await withAdministration(surroundings, ({ people }) =>
          people.invite({
            userName,
            name,
            ...(email && { email }),
            role: administrator ? 'administrator' : 'person',
          }),
        );
        show(surroundings, { json }, { data, lines: linkLines(`Give this link to ${name}:`, data.link) });
      },
    );
  addRecover(user, surroundings);
  addRecover(program, surroundings);
  addAccessCommands(user, surroundings);
}

function addRecover(parent: Command, surroundings: Surroundings): void {
  leaf(parent, 'recover <user>', 'make the link to a new passkey for who lost theirs (24 hours)').action(
    async (name: string, options) => {
      const data = await withAdministration(surroundings, ({ people }) => people.recover({ user: name }));
      const lines = [
        ...linkLines(`Make sure that it is them, then give this link to ${data.account.name}:`, data.link),
        'When it is used, their passkeys are suspended. Then: latchkey user confirm USER PASSKEY-ID',
      ];
      show(surroundings, options, { data, lines });
    },
  );
}

function addAccessCommands(user: Command, surroundings: Surroundings): void {
  leaf(user, 'disable <user>', 'shut a person out: sessions and tokens end at once').action(
    async (name: string, options) => {
      const data = await withAdministration(surroundings, ({ people }) => people.disable({ user: name }));
      show(surroundings, options, {
        data,
        lines: [`Disabled ${name}. ${data.ended} sessions, grants and tokens ended.`],
      });
    },
  );
  leaf(user, 'enable <user>', 'let a person in again').action(async (name: string, options) => {
    const data = await withAdministration(surroundings, ({ people }) => people.enable({ user: name }));
    show(surroundings, options, { data, lines: [`Enabled ${name}.`] });
  });
  leaf(
    user,
    'confirm <user> <passkey-id>',
    'end the lower assurance of a passkey that came from a recovery',
  ).action(async (name: string, passkeyId: string, options) => {
    const data = await withAdministration(surroundings, ({ people }) =>
      people.confirmPasskey({ user: name, passkeyId }),
    );
    show(surroundings, options, { data, lines: [`Confirmed "${data.passkey.name}" of ${name}.`] });
  });
  leaf(user, 'remove <user>', 'remove a person with passkeys, sessions and tokens').action(
    async (name: string, options) => {
      const data = await withAdministration(surroundings, ({ people }) => people.remove({ user: name }));
      show(surroundings, options, {
        data,
        lines: [`Removed ${name}. ${data.ended} sessions, grants and tokens ended.`],
      });
    },
  );
}

export function linkLines(what: string, { url, expiresAt }: Link): string[] {
  return [what, '', `  ${url}`, '', `It works once, until ${instant(expiresAt)}.`];
}

function row({ userName, name, role, status, lastSignInAt }: Account): string[] {
  return [userName, name, role, status, instant(lastSignInAt)];
}

function personLines({
  account,
  passkeys,
}: {
  account: Account;
  passkeys: PasskeyFacts[];
}): readonly string[] {
  return [
    `${account.name} (${account.userName}), ${account.role}, ${account.status}`,
    `  id ${account.id}, subject ${account.sub}`,
    ...(account.email ? [`  ${account.email}${account.emailVerified ? '' : ' (not verified)'}`] : []),
    '',
    ...table(
      ['passkey', 'status', 'assurance', 'last used', 'passkey id'],
      passkeys.map((one) => [one.name, one.status, one.assurance, instant(one.lastUsedAt), one.id]),
      'No passkey yet.',
    ),
  ];
}
