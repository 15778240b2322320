/** Apps without a person, and whoever looks at their tokens, in tests. */
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { type JWTHeaderParameters, SignJWT } from 'jose';
import { builtinApps } from '../apps/builtin-apps.ts';
import { createSubjects } from '../apps/sector.ts';
import type { NewApp } from '../apps/validation.ts';
import { type ApiCaller, createApiCallers } from '../oidc/api-caller.ts';
import { createApiTokenVerifier } from '../oidc/api-token.ts';
import { readSigningKeys } from '../oidc/keys.ts';
import { createVault } from '../oidc/vault.ts';
import type { TestInstallation } from './installation.ts';

export interface KeyPair {
  privateKey: KeyObject;
  jwks: NonNullable<NewApp['jwks']>;
}

export function newKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, jwks: { keys: [publicKey.export({ format: 'jwk' })] } as KeyPair['jwks'] };
}

/** An assertion as an app makes one (RFC 7523 §3), with whatever is wrong with it. */
export function assertion(
  { id, key, issuer }: { id: string; key: KeyObject; issuer: string },
  wrong: Record<string, unknown> = {},
  header: JWTHeaderParameters = { alg: 'ES256' },
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: id, sub: id, aud: issuer, jti: randomUUID(), iat: now, exp: now + 60, ...wrong };
  const said = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  return new SignJWT(said).setProtectedHeader(header).sign(key);
}

/** What our API makes of a token, with nothing kept in between. */
export async function callersOf({
  config: { issuer },
  secret,
  storage,
}: TestInstallation): Promise<(token: string) => Promise<ApiCaller>> {
  const now = () => Date.now();
  const { signingKeys } = storage;
  const keys = await readSigningKeys({ signingKeys, secret, algorithms: ['ES256'] });
  const builtin = builtinApps({ issuer, demo: false });
  return createApiCallers({
    verify: createApiTokenVerifier({ issuer, keys: () => keys, now }),
    findApp: async (id) => builtin.find((app) => app.id === id) ?? storage.apps.findById(id),
    accounts: storage.accounts,
    artifacts: storage.artifacts,
    vault: createVault(secret),
    subjectOf: createSubjects(secret.pairwise),
    now,
  });
}
