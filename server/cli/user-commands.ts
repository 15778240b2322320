import type { Command } from 'commander';
import type { Administration } from '../admin/administration.ts';
import type { Link } from '../admin/links.ts';
import type { Invited } from '../admin/people.ts';
import { AppError } from '../errors.ts';
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
    const data = await withAdministration(surroundings, listPeople);
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
        const role = administrator ? 'administrator' : 'person';
        const invited = { userName, name, role, ...(email && { email }) } as const;
        const data = await withAdministration(surroundings, (administration) =>
          invite(administration, invited),
        );
        show(surroundings, { json }, { data, lines: linkLines(`Give this link to ${name}:`, data.link) });
      },
    );
  addRecover(user, surroundings);
  addRecover(program, surroundings);
  addAccessCommands(user, surroundings);
}

function addRecover(parent: Command, surroundings: Surroundings): void {
  leaf(
    parent,
    'recover <user>',
    'make the link to a new passkey for who lost theirs (24 hours), or renew an invitation (72 hours)',
  ).action(async (user: string, options) => {
    const data = await withAdministration(surroundings, async ({ people }) => {
      const purpose = (await people.show({ user })).passkeys.length > 0 ? 'recovery' : 'invitation';
      return { ...(await people.recover({ user })), purpose } as const;
    });
    show(surroundings, options, { data, lines: recoverLines[data.purpose](data) });
  });
}

type NewLink = { account: Account; link: Link };

const recoverLines = {
  recovery: ({ account: { name, userName }, link }: NewLink) => [
    ...linkLines(`Make sure that it is them, then give this link to ${name}:`, link),
    'When it is used, the passkeys from before are suspended, and the new one counts as unconfirmed. Then',
    `\`latchkey user show ${userName}\` prints its id, and \`latchkey user confirm ${userName} PASSKEY-ID\` confirms it.`,
  ],
  invitation: ({ account: { name, userName }, link }: NewLink) =>
    linkLines(
      `${userName} has no passkey yet, so this renews the invitation; the link before is void. Give this one to ${name}:`,
      link,
    ),
};

async function invite({ people }: Administration, invited: Invited): Promise<NewLink> {
  try {
    return await people.invite(invited);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'user_name_taken') throw error;
    const { account, passkeys } = await people.show({ user: invited.userName });
    if (passkeys.length > 0) throw error;
    const detail = `it is invited already: \`latchkey recover ${account.userName}\` renews the invitation`;
    throw new AppError('user_name_taken', { field: 'userName', detail, cause: error });
  }
}

/** Whoever is active without ever having had a passkey is only invited. */
async function listPeople({ people }: Administration) {
  const accounts = await all(people.list);
  return Promise.all(
    accounts.map(async (account) => {
      const mayBeInvited = account.status === 'active' && account.lastSignInAt === undefined;
      const passkeys = mayBeInvited ? (await people.show({ user: account.id })).passkeys : undefined;
      return { ...account, status: standing(account, passkeys) };
    }),
  );
}

function standing({ status, lastSignInAt }: Account, passkeys?: readonly PasskeyFacts[]) {
  const isInvited = status === 'active' && lastSignInAt === undefined && passkeys?.length === 0;
  return isInvited ? 'invited' : status;
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

function row({
  userName,
  name,
  role,
  status,
  lastSignInAt,
}: Omit<Account, 'status'> & { status: string }): string[] {
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
    `${account.name} (${account.userName}), ${account.role}, ${standing(account, passkeys)}`,
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
