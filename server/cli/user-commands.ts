import type { Command } from 'commander';
import type { Link } from '../admin/links.ts';
import { type Administration, operations } from '../admin/operations.ts';
import { all } from '../admin/pages.ts';
import type { PersonFacts } from '../admin/shapes.ts';
import { AppError } from '../errors.ts';
import { maySignIn } from '../sign-ins/standing.ts';
import { withAdministration } from './installation.ts';
import { addFieldOption } from './operations/fields.ts';
import { listOptions } from './operations/operation-command.ts';
import { instant, remoteLeaf, show, table } from './output.ts';
import type { Surroundings } from './surroundings.ts';

type Shown = Awaited<ReturnType<Administration['people']['show']>>;
type Passkey = Shown['passkeys'][number];
type Invited = Parameters<Administration['people']['invite']>[0];

interface InviteOptions {
  json?: boolean;
  name?: string;
  email?: string;
  administrator?: boolean;
  group?: string[];
}

type Asked = Pick<Parameters<Administration['people']['list']>[0], 'text' | 'role' | 'status'>;
interface ListOptions extends Omit<Asked, 'text'> {
  json?: boolean;
  search?: string;
  limit?: number;
}

export function addUserCommands(program: Command, surroundings: Surroundings): void {
  const user = program.command('user').description('people');
  const list = remoteLeaf(user, 'list', 'all people, or those that a text finds');
  for (const [field, schema] of Object.entries(operations.people.list.input.shape)) {
    const [name = field, about] = listOptions[field] ?? [];
    if (field !== 'after') addFieldOption(list, schema, { name, about });
  }
  list.action(async ({ search, role, status, limit, ...options }: ListOptions) => {
    const asked = { ...(search && { text: search }), ...(role && { role }), ...(status && { status }) };
    const data = await withAdministration(surroundings, (administration) =>
      listPeople(administration, { asked, limit }),
    );
    const lines = table(
      ['user name', 'name', 'role', 'status', 'last sign-in'],
      data.map(row),
      'There is nobody yet.',
    );
    show(surroundings, options, { data, lines });
  });
  remoteLeaf(user, 'show <user>', 'one person, with passkeys').action(async (name: string, options) => {
    const data = await withAdministration(surroundings, ({ people }) => people.show({ user: name }));
    show(surroundings, options, { data, lines: personLines(data) });
  });
  remoteLeaf(user, 'invite <user-name>', 'make an account, and the link to its first passkey (72 hours)')
    .option('--name <name>', 'as others see it (default: the user name)')
    .option('--email <address>', 'e-mail address')
    .option('--administrator', 'may administer this installation')
    .option('--group <group...>', 'name or id of a group that they are in; may be given again')
    .action(
      async (
        userName: string,
        { json = false, name = userName, email, administrator, group }: InviteOptions,
      ) => {
        const role = administrator ? 'administrator' : 'person';
        const invited = {
          userName,
          name,
          role,
          ...(email && { email }),
          ...(group && { groups: group }),
        } as const;
        const data = await withAdministration(surroundings, (administration) =>
          invite(administration, invited),
        );
        show(surroundings, { json }, { data, lines: givenLines(`Give this link to ${name}:`, data) });
      },
    );
  addRecover(user, surroundings);
  addRecover(program, surroundings);
}

function addRecover(parent: Command, surroundings: Surroundings): void {
  remoteLeaf(
    parent,
    'recover <user>',
    'mail the link to a new passkey to who lost theirs (24 hours), or renew an invitation (72 hours)',
  )
    .option(
      '--hand-over',
      'print the link rather than mailing it; where no mail can be sent it is printed anyway',
    )
    .action(async (user: string, { handOver = false, ...options }: RecoverOptions) => {
      const data = await withAdministration(surroundings, async ({ people }) => {
        const { account, passkeys } = await people.show({ user });
        const hasComeIn = account.lastSignInAt !== undefined || passkeys.length > 0;
        const purpose = hasComeIn ? 'recovery' : 'invitation';
        return { ...(await people.recover({ user, handOver })), purpose } as const;
      });
      show(surroundings, options, { data, lines: recoverLines[data.purpose](data) });
    });
}

interface RecoverOptions {
  json?: boolean;
  handOver?: boolean;
}

type Given = { account: PersonFacts; link?: Link; sent?: true; approval?: { id: string; expiresAt: number } };

const recoverLines = {
  recovery: ({ account: { name, userName }, ...given }: Given) => [
    ...givenLines(`Make sure that it is them, then give this link to ${name}:`, given),
    'When it is used, the passkeys from before are suspended, and the new one counts as unconfirmed. Then',
    `\`latchkey user show ${userName}\` prints its id, and \`latchkey user confirm ${userName} PASSKEY-ID\` confirms it.`,
  ],
  invitation: ({ account: { name, userName }, ...given }: Given) =>
    givenLines(
      `${userName} has no passkey yet, so this renews the invitation; the link before is void. Give this one to ${name}:`,
      given,
    ),
};

async function invite({ people }: Administration, invited: Invited): Promise<Given> {
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
async function listPeople(
  { people }: Administration,
  { asked, limit }: { asked: Asked; limit?: number | undefined },
) {
  const accounts = await all((query) => people.list({ ...asked, ...query }), limit);
  return Promise.all(
    accounts.map(async (account) => {
      const mayBeInvited = account.status === 'active' && account.lastSignInAt === undefined;
      const passkeys = mayBeInvited ? (await people.show({ user: account.id })).passkeys : undefined;
      return { ...account, status: standing(account, passkeys) };
    }),
  );
}

function standing({ status, lastSignInAt }: PersonFacts, passkeys?: readonly Passkey[]) {
  const isInvited = status === 'active' && lastSignInAt === undefined && passkeys?.length === 0;
  return isInvited ? 'invited' : status;
}

function givenLines(what: string, { link, approval }: Pick<Given, 'link' | 'approval'>): string[] {
  if (approval)
    return [
      `A second person has to approve this, until ${instant(approval.expiresAt)}: ${approval.id}`,
      'Then the link is yours to hand over, once.',
    ];
  return link ? linkLines(what, link) : ['The link is on its way by mail. Nobody else sees it.'];
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
}: Omit<PersonFacts, 'status'> & { status: string }): string[] {
  return [userName, name, role, status, instant(lastSignInAt)];
}

function personLines({
  account,
  passkeys,
}: {
  account: PersonFacts;
  passkeys: Passkey[];
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
    ...passkeys.flatMap(passkeyNotes),
  ];
}

/** What a sign-in has shown, beside that it was theirs. */
function passkeyNotes({ name, ...noted }: Passkey): string[] {
  const { backedUp, backedUpChangedAt, counterAlertAt, modelAlert, modelAlertAt } = noted;
  return [
    ...(counterAlertAt === undefined
      ? []
      : [
          `"${name}" was refused on ${instant(counterAlertAt)}: its signature counter did not go up, so there may be a copy.`,
        ]),
    ...(modelAlert === undefined
      ? []
      : [
          `The model of "${name}" is known to be ${modelAlert.join(', ')} since ${instant(modelAlertAt)}: it ${maySignIn(noted) ? 'still signs in' : 'signs in no more'}.`,
        ]),
    ...(backedUpChangedAt === undefined
      ? []
      : [`"${name}" is ${backedUp ? '' : 'no longer '}backed up since ${instant(backedUpChangedAt)}.`]),
  ];
}
