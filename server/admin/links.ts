import type { AuditEvent } from '../audit/event.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import type { InvitationPurpose, InvitationRepository } from '../storage.ts';

export interface LinkDependencies {
  invitations: Pick<InvitationRepository, 'insert'>;
  /** A view of the passkey manager that may make tickets of this kind. */
  tickets: Pick<PasskeyManager, 'issueTicket'>;
  /** `Secret.hash`. */
  hash: (namespace: string, value: string) => string;
  issuer: string;
  now: () => number;
}

export interface NewLink {
  purpose: InvitationPurpose;
  /** Whose it is; absent for `setup`. */
  account?: { id: string; userHandle: string };
  /** The address that it is going to be mailed to. */
  mailedTo?: string | undefined;
  withoutGroups?: true;
  actor: NonNullable<AuditEvent['actor']>;
}

export interface Link {
  url: string;
  expiresAt: number;
}

const namespace = 'invitation';
const minute = 60 * 1000;

/** Where each kind of link leads, the ticket it carries, and how many minutes it lives. */
const kinds = {
  setup: { path: '/setup', ticket: 'first', minutes: 60 },
  additional: { path: '/recovery', ticket: 'additional', minutes: 60 },
  invitation: { path: '/invitation', ticket: 'first', minutes: 72 * 60 },
  recovery: { path: '/recovery', ticket: 'recovery', minutes: 24 * 60 },
} as const satisfies Record<InvitationPurpose, object>;

/**
 * Makes a link that lets one person create a passkey, once. Its token is the passkey manager's single-use ticket,
 * so that nobody can register one without it; both sides keep a keyed hash of it alone.
 */
export async function createLink(dependencies: LinkDependencies, link: NewLink): Promise<Link> {
  const { invitations, tickets, hash, issuer, now } = dependencies;
  const { path, ticket: purpose, minutes } = kinds[link.purpose];
  const { account, actor } = link;
  const { ticket } = await tickets.issueTicket({
    purpose,
    minutes,
    ...(account && { userHandle: account.userHandle }),
  });
  const createdAt = now();
  const expiresAt = createdAt + minutes * minute;
  await invitations.insert({
    id: linkId(hash, ticket),
    purpose: link.purpose,
    createdAt,
    expiresAt,
    ...(account && { accountId: account.id }),
    ...(link.mailedTo !== undefined && { mailedTo: link.mailedTo }),
    ...(actor.kind === 'account' && actor.id && { createdBy: actor.id }),
    ...(link.withoutGroups && { withoutGroups: link.withoutGroups }),
  });
  return { url: `${issuer}${path}?token=${ticket}`, expiresAt };
}

/** How a link is kept by its token: a keyed hash, so that a copy of the storage opens none. */
export function linkId(hash: LinkDependencies['hash'], token: string): string {
  return hash(namespace, token);
}

/** What it may be found by: it may be older than the installation secret. */
export function linkIds(
  hashes: (namespace: string, value: string) => readonly string[],
  token: string,
): readonly string[] {
  return hashes(namespace, token);
}
