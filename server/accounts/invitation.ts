export type InvitationPurpose = 'setup' | 'invitation' | 'recovery' | 'additional';

/**
 * A link that lets one person create a passkey, once.
 * - `setup`: becomes the first administrator.
 * - `invitation`: the first passkey of an account that an administrator made.
 * - `recovery`: a new passkey after a loss; the old ones are suspended when it is used.
 * - `additional`: one more passkey, given from the machine itself (`latchkey setup-link --for`).
 */
export interface Invitation {
  /** Keyed hash of the token in the link. The token itself is stored nowhere. */
  id: string;
  purpose: InvitationPurpose;
  accountId?: string;
  /** The account of who made it; absent for a link made on the machine itself. */
  createdBy?: string;
  /** Where the link was mailed. Nobody was shown it beside: who uses it has this mailbox. */
  mailedTo?: string;
  /** Handed over by who may put nobody into groups: once somebody else did, it lets nobody in. */
  withoutGroups?: true;
  createdAt: number;
  expiresAt: number;
}

/** Where links are kept. Expired ones are never returned, whether or not they have been cleaned up. */
export interface InvitationRepository {
  insert(invitation: Invitation): Promise<void>;
  find(id: string, now: number): Promise<Invitation | undefined>;
  /** Finds and deletes in one step: of many callers at most one gets it. */
  take(id: string, now: number): Promise<Invitation | undefined>;
  /** Of those that have not expired at `now`, how many have by `until`. */
  countOpen(query: { now: number; until: number }): Promise<number>;
  removeByPurpose(purpose: InvitationPurpose): Promise<number>;
  removeByAccount(accountId: string): Promise<number>;
  removeExpired(now: number): Promise<number>;
}

/** The same links, except that no invitation is found: for an installation where nobody makes an account any more. */
export function withoutInvitations(links: InvitationRepository): InvitationRepository {
  const unlessInvitation = (link: Invitation | undefined) =>
    link?.purpose === 'invitation' ? undefined : link;
  return {
    insert: (invitation) => links.insert(invitation),
    find: async (id, now) => unlessInvitation(await links.find(id, now)),
    take: (id, now) => links.take(id, now),
    countOpen: (query) => links.countOpen(query),
    removeByPurpose: (purpose) => links.removeByPurpose(purpose),
    removeByAccount: (accountId) => links.removeByAccount(accountId),
    removeExpired: (now) => links.removeExpired(now),
  };
}
