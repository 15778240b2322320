import { createHash } from 'node:crypto';
import { parseEmail, parseUserName } from '../../server/accounts/user-name.ts';
import type { HeldPasskey } from '../../server/figures/passkey-holder.ts';
import type { Account, App, Artifact, Group, Passkey, SignIn } from '../../server/storage.ts';
import { tokensOf } from './tokens.ts';

/** One person with all that is theirs, always the same for one number. */
export interface Seeded {
  account: Account;
  passkeys: Passkey[];
  held: HeldPasskey[];
  signIns: SignIn[];
  /** Every twentieth is signed in to an app, which holds as many tokens of theirs as there are people for each of them. */
  artifacts: SeededArtifact[];
}

export interface SeededArtifact {
  model: 'Session' | 'Grant' | 'AccessToken' | 'RefreshToken';
  rawId: string;
  payload: object;
  columns: Omit<Artifact, 'id' | 'model' | 'payload'>;
}

/** One of so many is signed in. */
export const oneSignedInOf = 20;

const [first, middle, ending] = [
  'ma jo al sa ke no ti ra be lu fi do gre wi ha ste ol an mi pa'.split(' '),
  'ri la na to me si ve do ka lo ni re'.split(' '),
  'ra n l na s th ia o lin m ette'.split(' '),
];
const familyEnds = 'son berg ova ez ard mann field ini sen wood ley stein'.split(' ');
const accents: Record<string, string> = { al: 'ál', ol: 'öl', no: 'ñó', re: 'ré' };
const models = [
  ['ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4', true],
  ['fbfc3007-154e-4ecc-8c0b-6e020557d7bd', true],
  ['08987058-cadc-4b81-b6e1-30de50dcbe96', false],
  ['2fc0579f-8113-47ea-b116-bb5a8db9202a', false],
  ['00000000-0000-0000-0000-000000000000', undefined],
] as const;
const day = 24 * 60 * 60 * 1000;

export const seedGroups: readonly string[] = Array.from({ length: 40 }, (_, index) => `seed-group-${index}`);
export const seedApps: readonly string[] = Array.from({ length: 12 }, (_, index) => `seed-app-${index}`);

/** @param now the sign-ins are of the 30 days before it */
export function seedPerson(index: number, now: number): Seeded {
  const { pick, number } = randomOf(index);
  const given = capital(pick(first) + pick(middle) + pick(ending));
  const family = capital(pick(first) + pick(middle) + pick(familyEnds));
  const address = `${given}.${family}.${index}@${pick(['people', 'staff', 'team'])}.example`;
  const id = `seed-account-${index}`;
  const userHandle = createHash('sha256').update(id).digest('base64url');
  const createdAt = now - 400 * day + (index % 400) * day;
  const account: Account = {
    id,
    sub: `seed-sub-${index}`,
    role: index % 5000 === 7 ? 'support' : 'person',
    status: index % 50 === 3 ? 'disabled' : 'active',
    ...parseUserName(`${given}.${family}.${index}`),
    name: `${accented(given)} ${accented(family)}`,
    ...parseEmail(address),
    emailVerified: true,
    userHandles: [userHandle],
    groups: [pick(seedGroups), pick(seedGroups)].filter((group, at, all) => all.indexOf(group) === at),
    createdAt,
    updatedAt: createdAt,
    revision: 1,
  };
  const isSignedIn = index % oneSignedInOf === 0;
  const passkeys = Array.from({ length: index % 10 === 9 ? 0 : 1 + (index % 5 < 2 ? 1 : 0) }, (_, which) =>
    passkeyOf({ id: `seed-passkey-${index}-${which}`, userHandle, createdAt, model: pick(models) }),
  );
  const signIns = passkeys.flatMap(({ id: passkeyId }) => {
    const at = now - number(isSignedIn ? day / 2 : 30 * day);
    const made = { id: `${passkeyId}-sign-in`, accountId: id, passkeyId, userHandle };
    return [
      { ...made, appId: pick(seedApps), acr: 'phr', amr: ['pop', 'user'], at, expiresAt: now + 400 * day },
    ];
  });
  const artifacts = isSignedIn ? artifactsOf(account, { index, signIn: signIns[0], now }) : [];
  return { account, passkeys, held: passkeys.map(heldOf), signIns, artifacts };
}

function passkeyOf(made: {
  id: string;
  userHandle: string;
  createdAt: number;
  model: (typeof models)[number];
}): Passkey {
  const { model, ...rest } = made;
  const [aaguid, backupEligible] = model;
  return {
    ...rest,
    aaguid,
    ...(backupEligible !== undefined && { backupEligible }),
    publicKey:
      'pQECAyYgASFYIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhIlggYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI',
    algorithm: -7,
    rpId: 'localhost',
    origin: 'http://localhost:3000',
    transports: ['internal', 'hybrid'],
    backedUp: backupEligible === true,
    userVerified: true,
    counter: 0,
    name: 'Seeded',
    status: 'active',
    assurance: 'confirmed',
    revision: 0,
  };
}

function heldOf({ id, aaguid, backupEligible }: Passkey): HeldPasskey {
  if (backupEligible === undefined) return { id, aaguid, kind: 'unknown' };
  return { id, aaguid, kind: backupEligible ? 'synced' : 'device-bound' };
}

function artifactsOf(
  { sub }: Account,
  { index, signIn, now }: { index: number; signIn: SignIn | undefined; now: number },
): Seeded['artifacts'] {
  if (!signIn) return [];
  const { id: signInId, appId = '', acr, amr, at } = signIn;
  const [uid, grantId, expiresAt] = [`${signInId}-uid`, `${signInId}-grant`, now + day];
  const [iat, exp] = [Math.floor(at / 1000), Math.floor(expiresAt / 1000)];
  const columns = { accountId: sub, signInId, expiresAt };
  return [
    {
      model: 'Session',
      rawId: uid,
      payload: {
        ...{ kind: 'Session', uid, jti: uid, accountId: sub, loginTs: iat, iat, exp, acr, amr },
        ...{ signInId, signIns: [{ id: signInId, acr, amr, at: iat, passkeyId: signIn.passkeyId }] },
        authorizations: { [appId]: { sid: uid, grantId } },
      },
      columns: { ...columns, uid },
    },
    {
      model: 'Grant',
      rawId: grantId,
      payload: {
        ...{ kind: 'Grant', jti: grantId, accountId: sub, clientId: appId, iat, exp, signInId },
        ...{ openid: { scope: 'openid profile' }, quoted: [{ id: signInId, acr }] },
      },
      columns: { ...columns, grantId, appId },
    },
    ...tokensOf(index, { uid, grantId, appId, accountId: sub, acr, authTime: iat, exp }),
  ];
}

/** Numbers that look random and are always the same. */
function randomOf(seed: number) {
  let state = (seed + 1) * 0x9e3779b1;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const number = (below: number) => Math.floor(next() * below);
  const pick = <T>(items: readonly T[]): T => items[number(items.length)] as T;
  return { number, pick };
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const accented = (name: string) =>
  capital(name.toLowerCase().replace(/al|ol|no|re/, (syllable) => accents[syllable] ?? syllable));

const times = { createdAt: 0, updatedAt: 0, revision: 1 };

export const seedGroup = (id: string): Group => ({ id, name: id, nameKey: id, ...times });

export const seedApp = (id: string): App => ({
  ...{ id, name: `Seeded ${id}`, kind: 'browser', redirectUris: [`https://${id}.example/callback`] },
  ...{ postLogoutRedirectUris: [], secrets: [], grantTypes: ['authorization_code', 'refresh_token'] },
  ...{ tokenEndpointAuthMethod: 'none', scopes: ['openid', 'profile'], consent: 'implicit' },
  ...{ pkce: 'required', idTokenSignedResponseAlg: 'ES256', lifetimes: {}, origin: 'administrator' },
  ...times,
});
