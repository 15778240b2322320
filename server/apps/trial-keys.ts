/** Keys of the stand-ins with which apps are tried: those of an app are the app's alone. */
import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { ConflictError } from '../errors.ts';
import type { ArtifactRepository } from '../oidc/artifact.ts';
import type { Vault } from '../oidc/vault.ts';

type Jwk = Record<string, unknown>;

export interface TrialKeys {
  /** What every stand-in that needs keys is registered with. */
  publicKeys(): Promise<{ keys: Jwk[] }>;
  /** The one that signs by, or decrypts, what an app has chosen. */
  privateKey(alg: string): Promise<KeyObject>;
}

interface Dependencies {
  artifacts: Pick<ArtifactRepository, 'insert' | 'find'>;
  vault: Vault;
  now: () => number;
}

const model = 'TrialKeys';
/** There is one set, so that a trial may begin at one instance and end at another. */
const rawId = 'trial keys';

interface Kept {
  /** By this it is brought under a new installation secret. */
  jti: string;
  keys: Jwk[];
}

/** Made when an app is first tried that needs them, and kept sealed. */
export function createTrialKeys(dependencies: Dependencies): TrialKeys {
  let opened: Promise<Jwk[]> | undefined;
  let made: Promise<Jwk[]> | undefined;
  /** Once: while they cannot be stored, whoever asks next offers the same. */
  const make = () => {
    made ??= makeKeys();
    return made;
  };
  const all = () => {
    opened ??= openKeys(dependencies, make).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    publicKeys: async () => ({ keys: (await all()).map(publicPart) }),
    async privateKey(alg) {
      const key = (await all()).find(({ kty }) => kty === kindOf(alg));
      if (!key) throw new Error(`no key of a trial is for ${alg}`);
      return createPrivateKey({ format: 'jwk', key });
    },
  };
}

async function openKeys({ artifacts, vault, now }: Dependencies, make: () => Promise<Jwk[]>): Promise<Jwk[]> {
  const find = async () => {
    const kept = await artifacts.find(vault.idOf(model, rawId));
    return kept && vault.open<Kept>(kept).keys;
  };
  const kept = await find();
  if (kept) return kept;
  const keys = await make();
  const payload: Kept = { jti: rawId, keys };
  try {
    await artifacts.insert(vault.seal({ model, rawId, payload, columns: {} }), now());
    return keys;
  } catch (error) {
    // Another instance was quicker.
    const others = error instanceof ConflictError ? await find() : undefined;
    if (others) return others;
    throw error;
  }
}

const generate = promisify(generateKeyPair);

async function makeKeys(): Promise<Jwk[]> {
  const pairs = await Promise.all([
    generate('ec', { namedCurve: 'P-256' }),
    generate('rsa', { modulusLength: 2048 }),
    generate('ed25519'),
  ]);
  return pairs.map(({ privateKey }) => privateKey.export({ format: 'jwk' }) as Jwk);
}

const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e'];

const publicPart = (key: Jwk): Jwk =>
  Object.fromEntries(Object.entries(key).filter(([name]) => publicMembers.includes(name)));

/** RFC 7518 §3.1 and §4.1, RFC 8037 §3.1. */
function kindOf(alg: string): string {
  if (/^(RS|PS)/.test(alg)) return 'RSA';
  return alg.startsWith('Ed') ? 'OKP' : 'EC';
}
