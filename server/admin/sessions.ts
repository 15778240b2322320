import { z } from 'zod';
import { isOwnPage } from '../apps/builtin-apps.ts';
import { AppError } from '../errors.ts';
import type { BrowserSession } from '../oidc/sessions.ts';
import type { PasskeyFacts } from '../passkeys/manager.ts';
import type { Account, SignIn } from '../storage.ts';
import { personToActOn } from './act-on.ts';
import type { AdminContext } from './administration.ts';
import { findPerson } from './find.ts';
import { passkeysOf } from './invite.ts';
import { operation, personRef } from './operation.ts';
import { accountShape, passkeyShape, signInShape } from './shapes.ts';

const passkeyId = z.string().min(1).max(2000).describe('Credential id, base64url.');
const sessionShape = z.object({
  uid: z.string().describe('Names the session; nobody gets in with it.'),
  signIn: signInShape.exactOptional().describe('The latest.'),
  passkey: passkeyShape.exactOptional().describe('That signed in; absent where it is gone.'),
  expiresAt: z.int().describe('Epoch milliseconds.'),
  apps: z.array(z.string()).describe('Client ids of the apps that it is signed in to.'),
});

/** Browsers that are signed in, and which passkey is behind anything that was issued. */
export const sessionOperations = {
  list: operation({
    scope: 'sessions:read',
    summary: 'List where a person is signed in, the newest sign-in first',
    http: 'GET /people/{user}/sessions',
    input: z.strictObject({
      user: personRef,
      passkeyId: passkeyId.exactOptional().describe('Only those that rest on this passkey.'),
    }),
    output: z.object({ items: z.array(sessionShape) }),
    errors: ['not_found'],
    run: listSessions,
  }),
  end: operation({
    scope: 'sessions:write',
    summary: 'End one session, with the grants that do not outlive it; its apps are told',
    http: 'DELETE /people/{user}/sessions/{uid}',
    input: z.strictObject({ user: personRef, uid: z.string().min(1).max(200) }),
    output: z.object({ ended: z.literal(true) }),
    errors: ['not_found'],
    changes: 'session.ended',
    async run(context, { user, uid }) {
      const account = await personToActOn(context, user);
      if (!(await context.sessions.end(account.sub, uid)))
        throw new AppError('not_found', { field: 'uid', detail: `${user} has no session "${uid}"` });
      return { ended: true as const };
    },
  }),
  endAll: operation({
    scope: 'sessions:write',
    summary: 'End every session and every grant of a person; the apps are told',
    http: 'DELETE /people/{user}/sessions',
    input: z.strictObject({ user: personRef }),
    output: z.object({ ended: z.literal(true) }),
    errors: ['not_found'],
    changes: 'session.ended',
    async run(context, { user }) {
      const account = await personToActOn(context, user);
      context.note({ details: { all: true } });
      await context.sessions.endAll(account.sub);
      return { ended: true as const };
    },
  }),
  trace: operation({
    scope: 'sessions:read',
    summary: 'Tell which passkey is behind a session, a grant, a sign-in, or the value of a token or a code',
    description: 'A token is sent in the body, so that it stands in no log; nothing of it is kept.',
    http: 'POST /trace',
    input: z.strictObject({ value: z.string().min(1).max(4000) }),
    output: z.object({
      kind: z.enum(['sign-in', 'session', 'grant', 'access token', 'refresh token', 'ID token', 'code']),
      appId: z.string().exactOptional(),
      account: accountShape.exactOptional(),
      signIns: z.array(signInShape).describe('The latest first.'),
      passkeys: z.array(passkeyShape).describe('Those of these sign-ins that are still there.'),
    }),
    errors: ['not_found'],
    run: trace,
  }),
};

async function listSessions(
  context: AdminContext,
  { user, passkeyId }: { user: string; passkeyId?: string },
) {
  const account = await findPerson(context.storage.accounts, user);
  const now = context.now();
  const [sessions, passkeys] = await Promise.all([
    passkeyId === undefined
      ? context.sessions.list(account.sub, now)
      : context.sessions.listByPasskey(account.sub, passkeyId, now),
    passkeysOf(context, account),
  ]);
  return { items: sessions.map((session) => withPasskey(session, passkeys)) };
}

function withPasskey({ signIn, apps, ...session }: BrowserSession, passkeys: readonly PasskeyFacts[]) {
  const passkey = signIn && passkeys.find(({ id }) => id === signIn.passkeyId);
  return {
    ...session,
    apps: apps.filter((id) => !isOwnPage(id)),
    ...(signIn && { signIn }),
    ...(passkey && { passkey }),
  };
}

async function trace(context: AdminContext, { value }: { value: string }) {
  const origin = await context.findOrigin(value.trim());
  if (!origin) throw new AppError('not_found', { field: 'value', detail: 'nothing of that kind is there' });
  const { sub, ...found } = origin;
  const account = await accountOf(context, sub, found.signIns);
  const passkeys = account ? await passkeysOf(context, account) : [];
  const used = passkeys.filter(({ id }) => found.signIns.some((signIn) => signIn.passkeyId === id));
  return { ...found, passkeys: used, ...(account && { account }) };
}

async function accountOf(
  { storage: { accounts } }: AdminContext,
  sub: string | undefined,
  [latest]: readonly SignIn[],
): Promise<Account | undefined> {
  if (sub !== undefined) return accounts.findBySub(sub);
  return latest && accounts.findById(latest.accountId);
}
