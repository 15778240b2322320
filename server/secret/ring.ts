import { StorageError } from '../errors.ts';
import type { Installation } from './installation.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import { createPairwise, openSalt, type Pairwise } from './pairwise-salt.ts';
import {
  type CheckpointSigner,
  checkpointKey,
  createSecret,
  type FormerKeys,
  keyCheckFits,
  keyIdOf,
  macWith,
  type OneSecret,
  type Secret,
} from './secret.ts';

/** What an installation says of its secrets. */
type Standing = Pick<Installation, 'keyCheck' | 'announced' | 'previous' | 'former' | 'pairwiseSalt'>;

/**
 * The installation secret while it is exchanged for another: writes with the current one, reads with every one in use.
 * Which one is current stands in the storage alone, so that all instances go over together.
 */
export interface SecretRing extends Secret {
  /** The `sub` of somebody in a sector, by the salt that the storage has. @throws Error where it has none yet */
  pairwise: Pairwise;
  /** The secrets that are at hand, by their key ids. */
  readonly keyIds: readonly string[];
  /** A secret at hand. */
  get(keyId: string): OneSecret | undefined;
  /** Whether this key check was made with a secret at hand. */
  has(keyCheck: string): boolean;
  /** Takes other secrets in place of those at hand, and goes on with the same one as far as it is among them. */
  replace(roots: readonly string[]): void;
  /**
   * Goes by what the storage says.
   * @throws StorageError `wrong_secret` where the current one is not at hand, or the one before that is needed still
   */
  follow(standing: Standing): void;
}

/** @param roots of which the first is current until the storage says otherwise */
export function createSecretRing(roots: readonly string[]): SecretRing {
  let known = open(roots);
  let state = arrange({ current: first(known), others: [], former: [] });
  const signer: CheckpointSigner = {
    get publicKey() {
      return state.current.checkpoints.publicKey;
    },
    get publicKeys() {
      return state.publicKeys;
    },
    sign: (data) => state.current.checkpoints.sign(data),
  };
  return {
    get keyIds() {
      return known.map(({ keyId }) => keyId);
    },
    get keyId() {
      return state.current.keyId;
    },
    get isSuccessor() {
      return state.isSuccessor;
    },
    hash: (namespace, value) => state.current.hash(namespace, value),
    hashes: (namespace, value) => state.all.map((one) => one.hash(namespace, value)),
    carryHashKey: (keyId = state.current.keyId) =>
      (known.find((one) => one.keyId === keyId) ?? state.current).carryHashKey(keyId),
    mac: (namespace, value) => state.current.mac(namespace, value),
    isMac: (namespace, value, mac) =>
      state.all.some((one) => one.isMac(namespace, value, mac)) ||
      state.formerMacs.some((made) => made(namespace, value) === mac),
    seal: (plaintext, context) => state.current.seal(plaintext, context),
    open(sealed, context) {
      const keyId = keyIdOf(sealed);
      const one = state.all.find((each) => each.keyId === keyId) ?? state.current;
      return one.open(sealed, context);
    },
    checkpoints: signer,
    get proofNonceSecret() {
      return state.current.proofNonceSecret;
    },
    cookieKeyring: {
      sign: (data) => state.cookies.sign(data),
      verify: (data, digest) => state.cookies.verify(data, digest),
      index: (data, digest) => state.cookies.index(data, digest),
    },
    pairwise(sector, sub) {
      if (!state.pairwise) throw new Error('what pairwise subs are made of is gone, or not made yet');
      return state.pairwise(sector, sub);
    },
    get: (keyId) => known.find((one) => one.keyId === keyId),
    has: (keyCheck) => known.some((one) => keyCheckFits(one, keyCheck)),
    replace(next) {
      known = open(next);
    },
    follow(standing) {
      state = arrange(settle(known, standing));
    },
  };
}

function open(roots: readonly string[]): OneSecret[] {
  return roots.map(createSecret);
}

function first([one]: readonly OneSecret[]): OneSecret {
  if (!one) throw new RangeError('an installation has a secret');
  return one;
}

interface Settled {
  current: OneSecret;
  /** In use beside it: the one before, and one that is going to take over. */
  others: readonly OneSecret[];
  former: readonly FormerKeys[];
  pairwiseSalt?: string;
}

function settle(
  known: readonly OneSecret[],
  { keyCheck, announced, previous, former = [], pairwiseSalt }: Standing,
): Settled {
  const find = (check: string) => known.find((one) => keyCheckFits(one, check));
  const current = find(keyCheck);
  if (!current) throw wrongSecret();
  const before = previous && find(previous.keyCheck);
  if (previous && !before) throw missingPrevious(keyIdOf(previous.keyCheck));
  const next = announced && find(announced.keyCheck);
  const others = [before, next].filter((one) => one !== undefined && one !== current) as OneSecret[];
  return {
    ...{ current, others, former: former.map((sealed) => openFormer(sealed, current, others)) },
    // Of a backup from before an exchange it may be under any that is at hand, until it is sealed anew.
    ...(pairwiseSalt !== undefined && {
      pairwiseSalt: openSalt(sealerOf(pairwiseSalt, known), pairwiseSalt),
    }),
  };
}

const formerContext = 'former installation secret';

export function sealFormer(secret: Pick<Secret, 'seal'>, keys: FormerKeys): string {
  return secret.seal(JSON.stringify(keys), formerContext);
}

export function openFormer(
  sealed: string,
  ...secrets: readonly (OneSecret | readonly OneSecret[])[]
): FormerKeys {
  return JSON.parse(sealerOf(sealed, secrets.flat()).open(sealed, formerContext));
}

/** @throws StorageError `wrong_secret` */
function sealerOf(sealed: string, secrets: readonly OneSecret[]): OneSecret {
  const one = secrets.find(({ keyId }) => keyId === keyIdOf(sealed));
  if (!one) throw wrongSecret();
  return one;
}

/** Everything that is asked for at each request, made once. */
function arrange({ current, others, former, pairwiseSalt: salt }: Settled) {
  const all = [current, ...others];
  const gone = former.filter(({ keyId }) => all.every((one) => one.keyId !== keyId));
  const keys = [...all.map((one) => one.bequeath()), ...gone];
  return {
    current,
    all,
    isSuccessor: others.length > 0 || former.length > 0,
    formerMacs: gone.map(({ evidence }) => macWith(evidence)),
    publicKeys: keys.map(({ checkpoints }) => checkpointKey(checkpoints)),
    cookies: createKeyring(keys.map(({ cookies }) => cookies)) satisfies Keyring,
    ...(salt !== undefined && { pairwise: createPairwise(salt) }),
  };
}

const wrongSecret = () =>
  new StorageError(
    'wrong_secret',
    'it was made with another installation secret. Put back the one it was made with: LATCHKEY_SECRET_FILE, or the file `secret` in the data folder.',
  );

const missingPrevious = (keyId: string) =>
  new StorageError(
    'wrong_secret',
    `its installation secret was exchanged, and what was stored before needs the previous one (${keyId}) still. Put it behind the current one, separated by a line break: in the file that LATCHKEY_SECRET_FILE names, in LATCHKEY_SECRET, or in the file \`secret\` in the data folder. \`latchkey secret status\` says when it is needed no more.`,
  );
