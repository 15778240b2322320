import type { Account } from '../accounts/account.ts';
import type { SignIn, SignInRepository } from '../sign-ins/sign-in.ts';
import type { Artifact, ArtifactRepository } from './artifact.ts';
import type { FindBySubject } from './find-by-subject.ts';
import type { OwnJwt } from './own-jwt.ts';
import { type SignedInSession, signInsOf } from './session-sign-ins.ts';
import type { Vault } from './vault.ts';

/** Which passkey is behind something that was issued. */
export interface Origin {
  kind: 'sign-in' | 'session' | 'grant' | 'access token' | 'refresh token' | 'ID token' | 'code';
  /** The person's own `sub`, whatever the app was told; absent where only the sign-in is left. */
  sub?: string;
  appId?: string;
  /** The latest first; each names its passkey. Those that it rests on, or rested on when it was issued. */
  signIns: SignIn[];
}

interface Dependencies {
  artifacts: Pick<ArtifactRepository, 'find'>;
  signIns: Pick<SignInRepository, 'findById' | 'findMany' | 'listByAccount'>;
  /** By what an app was told of them. */
  findBySubject: FindBySubject;
  readOwnJwt: (token: string) => Promise<OwnJwt | undefined>;
  vault: Pick<Vault, 'idOf' | 'open'>;
}

/** What is asked for may be the id of a session or of a grant, or the value of a token or a code. */
const kinds = [
  ['Session', 'session'],
  ['Grant', 'grant'],
  ['AccessToken', 'access token'],
  ['ClientCredentials', 'access token'],
  ['RefreshToken', 'refresh token'],
  ['AuthorizationCode', 'code'],
] as const;

/** A token was issued for a sign-in from before it: clocks of instances are so far off at most. */
const skew = 60_000;

/**
 * "Which passkey signed this?": from the uid of a session, the id of a grant or of a sign-in, or the value of a token or
 * a code, to the sign-ins behind it. A cookie's value, `uid.jti`, is taken for its session.
 */
export async function findOrigin(dependencies: Dependencies, asked: string): Promise<Origin | undefined> {
  const { artifacts, signIns, vault } = dependencies;
  const signIn = await signIns.findById(asked);
  if (signIn) return { kind: 'sign-in', signIns: [signIn], ...appOf(signIn) };
  for (const [model, kind] of kinds) {
    const raw = model === 'Session' ? (asked.split('.', 1)[0] ?? '') : asked;
    const artifact = await artifacts.find(vault.idOf(model, raw));
    if (artifact) return originOf(dependencies, { kind, artifact });
  }
  const jwt = await dependencies.readOwnJwt(asked);
  return jwt && originOfJwt(dependencies, jwt);
}

/** A JWT is stored nowhere: it says itself what it rests on, and may outlive that. */
async function originOfJwt(dependencies: Dependencies, jwt: OwnJwt): Promise<Origin> {
  const { signIns, artifacts, vault, findBySubject } = dependencies;
  const { kind, appId, sub, signInId, signedInAt, grantId } = jwt;
  // An impersonation says nothing of the sign-in, and which grant it stands on.
  const isQuiet = signInId === undefined && signedInAt === undefined;
  const grant =
    isQuiet && grantId !== undefined ? await artifacts.find(vault.idOf('Grant', grantId)) : undefined;
  if (grant) return { ...(await originOf(dependencies, { kind, artifact: grant })), kind, appId };
  const account = sub === undefined ? undefined : await findBySubject(appId, { ...jwt, sub });
  const origin = { kind, appId, ...(account && { sub: account.sub }) };
  if (signInId === undefined) return { ...origin, signIns: await signInsAt({ signIns }, account, jwt) };
  const signIn = await signIns.findById(signInId);
  return { ...origin, signIns: signIn ? [signIn] : [] };
}

const latest = 200;

/** Most say when their person signed in (`auth_time`, in seconds), and not by which record. */
async function signInsAt(
  { signIns }: Pick<Dependencies, 'signIns'>,
  account: Account | undefined,
  { signedInAt }: OwnJwt,
): Promise<SignIn[]> {
  if (!account || signedInAt === undefined) return [];
  const { items } = await signIns.listByAccount(account.id, { limit: latest });
  return items.filter(({ at }) => at - (at % 1000) === signedInAt);
}

async function originOf(
  { artifacts, signIns, vault }: Dependencies,
  { kind, artifact }: { kind: Origin['kind']; artifact: Artifact },
): Promise<Origin> {
  const { grantId = exchangedFrom(vault, artifact), accountId: sub } = artifact;
  const holder =
    kind === 'session' || kind === 'grant' || grantId === undefined
      ? artifact
      : ((await artifacts.find(vault.idOf('Grant', grantId))) ?? artifact);
  const issuedAt = holder === artifact ? Number.POSITIVE_INFINITY : issued(vault, artifact);
  const found = await signIns.findMany(namedBy(vault, holder));
  return {
    kind,
    ...(sub !== undefined && { sub }),
    ...appOf(artifact),
    signIns: found.filter(({ at }) => at <= issuedAt + skew).toSorted((a, b) => b.at - a.at),
  };
}

/** What came of an exchange stands on the grant of another app, and only says so. */
function exchangedFrom(vault: Dependencies['vault'], artifact: Artifact): string | undefined {
  if (artifact.model !== 'AccessToken') return undefined;
  return vault.open<{ extra?: { grant_id?: string } }>(artifact).extra?.grant_id;
}

const appOf = ({ appId }: { appId?: string }) => (appId === undefined ? {} : { appId });

function issued(vault: Dependencies['vault'], artifact: Artifact): number {
  const { iat } = vault.open<{ iat?: number }>(artifact);
  return iat === undefined ? Number.POSITIVE_INFINITY : iat * 1000;
}

/** Of a session all that it rests on, of a grant all that its answers quoted. */
function namedBy(vault: Dependencies['vault'], artifact: Artifact): string[] {
  type Stored = SignedInSession & { quoted?: { id: string }[] };
  const { quoted = [], ...session } = vault.open<Stored>(artifact);
  const named = artifact.model === 'Session' ? signInsOf(session) : quoted;
  const latest = artifact.signInId === undefined ? [] : [artifact.signInId];
  return [...new Set([...latest, ...named.map(({ id }) => id)])];
}
