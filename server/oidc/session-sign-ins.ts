/**
 * The sign-ins that a session rests on, and which of them answers a request.
 *
 * oidc-provider keeps one class, one list of methods and one time in a session, and overwrites them at each sign-in,
 * downwards too. Here a session keeps its sign-ins, and an answer quotes one of them whole: `acr`, `amr` and
 * `auth_time` of one and the same use of a passkey. A mixture (the class of one, the time of another) would tell of a
 * sign-in that never was. See docs/decisions/0034-sign-ins-of-a-session.md.
 */
import type { Client, InteractionResults } from 'oidc-provider';
import type { JudgedPasskey } from '../authenticator-policy/judge.ts';
import type { Config } from '../config.ts';
import { compareAcr } from '../sign-ins/acr.ts';
import { apiSignInAge, asksForApi } from './asks-for-api.ts';
import { absoluteLimit } from './lifetimes.ts';

export interface SessionSignIn {
  id: string;
  acr: string;
  amr: string[];
  /** Seconds, as in `auth_time`. */
  at: number;
  passkeyId?: string;
  /** What the passkey manager signed of the passkey: rules of apps are held against it. Sealed with the session. */
  judged?: JudgedPasskey;
}

/** What a session says of itself. */
export interface SignedInSession {
  signInId?: string | undefined;
  /** Oldest first. Absent in sessions from before: these have one, which `loginTs`, `acr` and `amr` are of. */
  signIns?: SessionSignIn[] | undefined;
  superseded?: SessionSignIn[] | undefined;
  acr?: string | undefined;
  amr?: string[] | undefined;
  loginTs?: number | undefined;
  transient?: boolean | undefined;
}

/** So many superseded ones a session remembers, the latest of each passkey. */
const most = 8;

/**
 * One more. A weaker one before it, or one that is as strong, is superseded: nothing would be answered with it any more,
 * but what a rule asks that its passkey alone meets. So what is kept is few, and each is weaker than the one before it.
 */
export function withSignIn(
  { signIns = [], superseded = [] }: Pick<SignedInSession, 'signIns' | 'superseded'>,
  added: SessionSignIn,
): { signIns: SessionSignIn[]; superseded: SessionSignIn[] } {
  const stays = ({ acr }: SessionSignIn) => compareAcr(acr, added.acr) > 0;
  const kept = [...signIns.filter(stays), added];
  const isOfOther = ({ passkeyId }: SessionSignIn) =>
    passkeyId !== undefined && !kept.some((each) => each.passkeyId === passkeyId);
  const earlier = [...superseded, ...signIns.filter((each) => !stays(each))].filter(isOfOther);
  return { signIns: kept, superseded: latestOfEach(earlier).slice(-most) };
}

const latestOfEach = (signIns: readonly SessionSignIn[]): SessionSignIn[] =>
  signIns.filter(
    ({ passkeyId }, index) => !signIns.slice(index + 1).some((later) => later.passkeyId === passkeyId),
  );

export function signInsOf({ signIns, signInId, acr, amr, loginTs }: SignedInSession): SessionSignIn[] {
  if (signIns) return signIns;
  if (signInId === undefined || loginTs === undefined) return [];
  return [{ id: signInId, acr: acr ?? '', amr: amr ?? [], at: loginTs }];
}

/** What a request says of the sign-in that it wants; `OIDCContext` of oidc-provider has it. */
export interface Asking {
  session: SignedInSession | undefined;
  client: Client | undefined;
  /** Ours. */
  issuer?: string | undefined;
  params: { max_age?: unknown; resource?: unknown } | undefined;
  prompts: ReadonlySet<string>;
  result: InteractionResults | undefined;
  /** Those that rules of the app and of the person's groups leave. */
  usable: readonly SessionSignIn[];
}

/**
 * The sign-in that a request is answered with: of those that are recent enough for it, with a passkey that no rule
 * refuses, the strongest; of several, the latest. `prompt=login` (and `max_age=0`) takes none but the one that was made for it.
 */
export function quotedSignIn(
  { session, client, issuer, params, prompts, result, usable }: Asking,
  { lifetimes, now }: { lifetimes: Config['lifetimes']; now: number },
): SessionSignIn | undefined {
  if (!session) return undefined;
  const oldest = Math.min(
    absoluteLimit(lifetimes, session),
    numberOr(params?.max_age),
    longestAge({ client, issuer, params }),
  );
  // What was made for this request counts, however long the person took to allow it.
  const isMade = ({ id }: SessionSignIn) => id === result?.login?.signInId;
  const isRecent = ({ at }: SessionSignIn) => !prompts.has('login') && Math.floor(now / 1000) - at <= oldest;
  return usable
    .filter((signIn) => isMade(signIn) || isRecent(signIn))
    .toSorted((a, b) => compareAcr(a.acr, b.acr) || a.at - b.at)
    .at(-1);
}

/** Seconds that a sign-in may be old for an app, or for what it asks for. */
export function longestAge({
  client,
  issuer,
  params,
}: {
  client?: Client | undefined;
  issuer?: string | undefined;
  params?: { resource?: unknown } | undefined;
}): number {
  const ofResource = asksForApi(issuer, params) ? apiSignInAge : undefined;
  return Math.min(numberOr(client?.latchkey_session_lifetime), numberOr(ofResource));
}

/** No limit where there is none. */
function numberOr(value: unknown, otherwise = Number.POSITIVE_INFINITY): number {
  return value === undefined ? otherwise : Number(value);
}
