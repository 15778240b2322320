import type { RecordAudit } from '../audit/audit.ts';
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
  record: RecordAudit;
  now: () => number;
}

export interface NewLink {
  purpose: InvitationPurpose;
  /** Whose it is; absent for `setup`. */
  account?: { id: string; userHandle: string };
  actor: NonNullable<AuditEvent['actor']>;
}

export interface Link {
  url: string;
  expiresAt: number;
}

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
  const { invitations, tickets, hash, issuer, record, now } = dependencies;
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
    ...(actor.kind === 'account' && actor.id && { createdBy: actor.id }),
  });
  await record({
    type: 'link.created',
    actor,
    ...(account && { accountId: account.id }),
    details: { purpose: link.purpose },
  });
  return { url: `${issuer}${path}?token=${ticket}`, expiresAt };
}

/** How a link is found by its token: a keyed hash, so that a copy of the storage opens none. */
export function linkId(hash: LinkDependencies['hash'], token: string): string {
  return hash('invitation', token);
}
