/** What a site is told of who is there: an assertion that it can verify, and plain headers where it cannot. */
import { scopeClaims } from '../accounts/claims.ts';
import type { SubjectOf } from '../apps/sector.ts';
import { mayUse } from '../oidc/admission.ts';
import type { FindAccount } from '../oidc/find-account.ts';
import type { KeySet } from '../oidc/keys.ts';
import { ownClaims } from '../oidc/own-claims.ts';
import { signOwn } from '../oidc/sign-own.ts';
import { identityHeaders } from '../site-paths.ts';
import type { Site } from './site.ts';
import type { SiteSession } from './site-session.ts';

type IdentityHeaders = Record<(typeof identityHeaders)[number], string>;

/** Of nobody. */
export const noIdentity = Object.fromEntries(identityHeaders.map((name) => [name, ''])) as IdentityHeaders;

export interface IdentityDependencies {
  issuer: string;
  findAccount: FindAccount;
  /** The `sub` that an app is told. */
  subjectOf: SubjectOf;
  /** The keys that sign now, in signing order: rotated ones are followed. */
  keys: () => KeySet;
  now: () => number;
}

/** Claims of a person, as the scopes of the site cover them. */
type Claims = Record<string, unknown> & { sub: string };

/**
 * Headers for the site, or why there are none: `gone` is a person who may not sign in any more, `not_allowed` one who may
 * not use this site. What a site is told of and for whom it is are read anew each time; one that is for everybody, and
 * is told of nobody but the `sub`, needs no read.
 */
export async function identityFor(
  dependencies: IdentityDependencies,
  site: Site,
  session: SiteSession,
): Promise<IdentityHeaders | 'gone' | 'not_allowed'> {
  const { app, rules } = site;
  const scopes = session.scopes.filter((scope) => app.scopes.includes(scope));
  const sub = dependencies.subjectOf(app, session.sub);
  let claims: Claims = { sub };
  if (app.allowedGroups || scopes.some((scope) => scope !== 'openid')) {
    const account = await dependencies.findAccount(session.sub, app.claims);
    if (!account) return 'gone';
    if (!mayUse(app.allowedGroups, account)) return 'not_allowed';
    claims = covered({ ...(await account.claims('id_token', scopes.join(' '), {}, [])), sub }, scopes);
  }
  const assertion = await signed(dependencies, site, { session, claims });
  return { ...noIdentity, ...plain(claims, rules.remoteUser), 'Latchkey-Assertion': assertion };
}

/** Those of the scopes, and with `profile` the installation's own that the app is told. */
function covered(all: { [name: PropertyKey]: unknown; sub: string }, scopes: readonly string[]): Claims {
  const names = scopes.flatMap((scope) => (scope === 'openid' ? [] : (scopeClaims[scope] ?? [])));
  const own = scopes.includes('profile') ? (all[ownClaims] as object | undefined) : undefined;
  const told = names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]]));
  return { ...own, ...Object.fromEntries(told), sub: all.sub };
}

/** Seconds. */
const life = 60;

function signed(
  { issuer, keys, now }: IdentityDependencies,
  { origin }: Site,
  { session, claims }: { session: SiteSession; claims: Claims },
): Promise<string> {
  const { sid, acr, amr, authTime } = session;
  const iat = Math.floor(now() / 1000);
  const times = { iat, exp: iat + life };
  const about = { iss: issuer, aud: origin, sid, acr, amr, auth_time: authTime };
  return signOwn(keys(), 'latchkey-assertion+jwt', { ...claims, ...about, ...times });
}

function plain(claims: Claims, remoteUser: 'userName' | 'sub' | undefined): Partial<IdentityHeaders> {
  if (!remoteUser) return {};
  const { sub, preferred_username: userName, name, email, email_verified: isVerified, groups } = claims;
  return {
    'Remote-User': header(remoteUser === 'sub' ? sub : userName),
    'Remote-Name': header(name),
    // Anybody may type an address; a header cannot say whose it is.
    'Remote-Email': isVerified === true ? header(email) : '',
    'Remote-Groups': Array.isArray(groups) ? groups.map(listed).join(',') : '',
  };
}

/** A comma in a name would make one group look like two. */
const listed = (group: unknown): string =>
  header(String(group).replaceAll('%', '%25').replaceAll(',', '%2C'));

/** As UTF-8, which servers read headers as; Node writes each character as one byte. Nothing that ends a line is left. */
function header(value: unknown): string {
  if (typeof value !== 'string') return '';
  return Buffer.from(value.replaceAll(/\p{Cc}/gu, ' '), 'utf8').toString('latin1');
}
