import { parseProfile } from '../accounts/profile.ts';
import { newAccount } from '../enrolment/add-account.ts';
import { AppError, ConflictError } from '../errors.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import type { Account, Page, Role } from '../storage.ts';
import type { AdminContext } from './administration.ts';
import { findPerson } from './find.ts';
import { createLink, type Link, type NewLink } from './links.ts';
import { suspension } from './suspension.ts';

export type PeopleOperations = ReturnType<typeof peopleOperations>;

/** What an administrator says of a person who is invited. */
export interface Invited {
  name: string;
  userName: string;
  email?: string;
  role?: Role;
}

export function peopleOperations(context: AdminContext) {
  const { storage, administration, record, now, actor, signUp } = context;
  const { accounts, invitations } = storage;
  const { disable, enable, remove } = suspension(context);
  const link = (kind: Omit<NewLink, 'actor'>) =>
    createLink({ ...context, invitations, tickets: administration }, { ...kind, actor });
  const passkeysOf = (account: Account) => passkeysOfHandles(administration, account.userHandles);

  function requireInvitations(): void {
    if (signUp === 'closed')
      throw new AppError('sign_up_closed', {
        detail: 'LATCHKEY_SIGN_UP is closed: nobody is invited. `invitation` lets you invite people.',
      });
  }

  async function activePerson(user: string): Promise<Account> {
    const account = await findPerson(accounts, user);
    if (account.status !== 'active') throw new AppError('account_disabled', { detail: account.id });
    return account;
  }

  return {
    list: (query: { after?: string; limit: number }): Promise<Page<Account>> => accounts.list(query),
    async show({ user }: { user: string }): Promise<{ account: Account; passkeys: PasskeyFacts[] }> {
      const account = await findPerson(accounts, user);
      return { account, passkeys: await passkeysOf(account) };
    },
    /**
     * Makes the account and the link by which its person makes the first passkey.
     * @throws AppError `sign_up_closed`, `field_invalid`, `user_name_taken`
     */
    async invite({ role = 'person', ...fields }: Invited): Promise<{ account: Account; link: Link }> {
      requireInvitations();
      const profile = parseProfile(fields);
      const { userHandle } = await administration.issueTicket({ purpose: 'first', minutes: 1 });
      const account = newAccount({ profile, userHandle, role, now: now() });
      await accounts.insert(account).catch(userNameTaken);
      await record({ type: 'account.created', actor, accountId: account.id, details: { role } });
      return {
        account,
        link: await link({ purpose: 'invitation', account: { id: account.id, userHandle } }),
      };
    },
    /**
     * A link to a new passkey for who has lost theirs; using it suspends the old ones. Links before it are void.
     * Who never had one gets a new invitation.
     * @throws AppError `sign_up_closed` for the latter, where nobody is invited
     */
    async recover({ user }: { user: string }): Promise<{ account: Account; link: Link }> {
      const account = await activePerson(user);
      const [passkey] = await passkeysOf(account);
      if (!passkey) requireInvitations();
      await invitations.removeByAccount(account.id);
      const userHandle = passkey?.userHandle ?? ownHandle(account);
      const purpose = passkey ? 'recovery' : 'invitation';
      return { account, link: await link({ purpose, account: { id: account.id, userHandle } }) };
    },
    /** @throws AppError `conflict` where there is an administrator: their name is needed then */
    async setupLink(): Promise<{ link: Link }> {
      if ((await accounts.listByRole('administrator')).length > 0)
        throw new AppError('conflict', {
          detail: 'there is an administrator already: name them with --for USER',
        });
      return { link: await link({ purpose: 'setup' }) };
    },
    /**
     * One more passkey for an administrator, when the host name changed or the key is lost. Only the machine itself
     * can vouch for that: from anywhere else it would be a way around the passkeys they have.
     */
    async setupLinkFor({ user }: { user: string }): Promise<{ account: Account; link: Link }> {
      if (actor.kind !== 'machine') throw new AppError('forbidden', { detail: 'only on the machine itself' });
      const account = await activePerson(user);
      if (account.role !== 'administrator')
        throw new AppError('forbidden', {
          field: 'user',
          detail: `${user} is no administrator: use recover`,
        });
      const userHandle = ownHandle(account);
      return {
        account,
        link: await link({ purpose: 'additional', account: { id: account.id, userHandle } }),
      };
    },
    /** Ends the lower assurance of a passkey that came from a recovery. */
    async confirmPasskey(input: { user: string; passkeyId: string }): Promise<{ passkey: PasskeyFacts }> {
      const account = await findPerson(accounts, input.user);
      const own = (await passkeysOf(account)).some(({ id }) => id === input.passkeyId);
      if (!own) throw new AppError('passkey_not_found', { field: 'passkey' });
      const { passkey } = await administration.confirmPasskey({ passkeyId: input.passkeyId });
      await record({ type: 'passkey.confirmed', actor, accountId: account.id, passkeyId: passkey.id });
      return { passkey };
    },
    disable,
    enable,
    remove,
  };
}

async function passkeysOfHandles(
  administration: AdminContext['administration'],
  userHandles: readonly string[],
): Promise<PasskeyFacts[]> {
  const lists = await Promise.all(
    userHandles.map((userHandle) => administration.listPasskeys({ userHandle })),
  );
  return lists.flatMap(({ passkeys }) => passkeys);
}

function ownHandle({ id, userHandles: [userHandle] }: Account): string {
  if (userHandle === undefined) throw new AppError('conflict', { detail: `${id} has no user handle` });
  return userHandle;
}

function userNameTaken(error: unknown): never {
  if (error instanceof ConflictError && error.field === 'userNameKey')
    throw new AppError('user_name_taken', { field: 'userName', cause: error });
  throw error;
}
