import { z } from 'zod';
import type { Account, AuditEvent, EventRange, Page } from '../storage.ts';
import { personToActOn } from './act-on.ts';
import type { AdminContext } from './administration.ts';
import { passkeysOf } from './invite.ts';
import { operation, personRef } from './operation.ts';
import { accountShape, approvalShape, grantShape, groupShape, passkeyShape, signInShape } from './shapes.ts';

const eventShape = z.object({
  id: z.string(),
  at: z.int(),
  type: z.string(),
  actor: z.object({ kind: z.string(), id: z.string().exactOptional() }).exactOptional(),
  accountId: z.string().exactOptional(),
  appId: z.string().exactOptional(),
  passkeyId: z.string().exactOptional(),
  signInId: z.string().exactOptional(),
  outcome: z.string().exactOptional(),
  reason: z.string().exactOptional(),
  details: z.record(z.string(), z.unknown()).exactOptional(),
});

export const personExport = z.object({
  exportedAt: z.int(),
  account: accountShape.extend({
    formerEmails: z.array(z.object({ email: z.string(), until: z.int() })).exactOptional(),
  }),
  groups: z.array(groupShape),
  passkeys: z.array(passkeyShape),
  approvals: z.array(approvalShape),
  sessions: z
    .array(z.object({ uid: z.string(), signIn: signInShape.exactOptional(), expiresAt: z.int() }))
    .exactOptional()
    .describe('For who holds sessions:read, as the two after it.'),
  grants: z.array(grantShape).exactOptional().describe('What the person allowed to apps.'),
  signIns: z.array(signInShape).exactOptional(),
  events: z.array(eventShape).exactOptional().describe('That name the person. For who holds audit:read.'),
});

/** What is held of a person, for themselves to have (GDPR, Art. 15 and 20). */
export const exportOperations = {
  export: operation({
    scope: 'people:write',
    summary: 'Give out everything that is held of a person',
    description:
      'No secrets: of passkeys the facts, and no key. Nothing that the caller may not read otherwise.',
    http: 'POST /people/{user}/export',
    input: z.strictObject({ user: personRef }),
    output: personExport,
    errors: ['not_found'],
    changes: 'account.exported',
    async run(context, { user }) {
      return exportPerson(context, await personToActOn(context, user));
    },
  }),
};

export async function exportPerson(
  context: AdminContext,
  account: Account,
): Promise<z.input<typeof personExport>> {
  const { storage, permissions, sessions, appGrants, now } = context;
  const { signIns, groups, approvals } = storage;
  const { id, sub } = account;
  const always = {
    exportedAt: now(),
    account,
    groups: await groups.findMany(account.groups),
    passkeys: await passkeysOf(context, account),
    approvals: await approvals.listByAccount(id, now()),
  };
  const mayReadSessions = permissions.scopes.has('sessions:read');
  return {
    ...always,
    ...(mayReadSessions && {
      sessions: (await sessions.list(sub, now())).map(({ signIn, ...session }) => ({
        ...session,
        ...(signIn && { signIn }),
      })),
      grants: await appGrants.listByPerson(sub),
      signIns: await everyPage((query) => signIns.listByAccount(id, query)),
    }),
    ...(permissions.scopes.has('audit:read') && { events: await eventsNaming(context, id) }),
  };
}

const pageSize = 500;

async function everyPage<T>(
  list: (query: { after?: string; limit: number }) => Promise<Page<T>>,
): Promise<T[]> {
  const all: T[] = [];
  for (let after: string | undefined; ; ) {
    const { items, next } = await list({ limit: pageSize, ...(after !== undefined && { after }) });
    all.push(...items);
    if (next === undefined) return all;
    after = next;
  }
}

/** What was done to them, and what they did, each once, oldest first. */
async function eventsNaming({ storage: { auditEvents } }: AdminContext, id: string): Promise<AuditEvent[]> {
  const found = new Map<string, AuditEvent>();
  for (const list of [auditEvents.listByAccount, auditEvents.listByActor])
    for await (const event of everyEvent((range) => list(id, range))) found.set(event.id, event);
  return [...found.values()].sort((one, other) => one.at - other.at || one.sequence - other.sequence);
}

async function* everyEvent(list: (range: EventRange) => Promise<AuditEvent[]>): AsyncGenerator<AuditEvent> {
  for (let after: AuditEvent | undefined; ; ) {
    const events = await list({ limit: pageSize, after });
    yield* events;
    after = events.at(-1);
    if (events.length < pageSize) return;
  }
}
