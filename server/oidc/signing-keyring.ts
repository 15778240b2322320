import type { IdTokenAlgorithm } from '../apps/id-token-algorithms.ts';
import { type KeeperDependencies, rotateKeys } from './key-keeper.ts';
import { changesAt, endOf } from './key-schedule.ts';
import { type SigningKeyAlgorithm, type SigningKeyFacts, standingOf } from './signing-key.ts';

/** A key with what becomes of it by itself, and when. */
export interface DatedSigningKey extends SigningKeyFacts {
  /** The next key takes its place. */
  changesAt?: number;
  /** It is published no more. */
  endsAt?: number;
}

/** The signing keys, as those who administer them may see and change them. */
export interface SigningKeyring {
  /** What ID tokens may be signed with here: what there are keys of. */
  algorithms(): Promise<IdTokenAlgorithm[]>;
  list(): Promise<DatedSigningKey[]>;
  /** @throws AppError `next_key_unknown` */
  rotate(asked: { alg?: SigningKeyAlgorithm; urgent: boolean }): Promise<DatedSigningKey[]>;
}

export function createSigningKeyring(
  dependencies: Omit<KeeperDependencies, 'leases'>,
  wanted: readonly IdTokenAlgorithm[],
): SigningKeyring {
  const { signingKeys, schedule } = dependencies;
  const dated = (key: SigningKeyFacts): DatedSigningKey => {
    const [changes, ends] = [changesAt(key, schedule), endOf(key, schedule)];
    return {
      ...key,
      ...(changes !== undefined && { changesAt: changes }),
      ...(ends !== undefined && { endsAt: ends }),
    };
  };
  return {
    async algorithms() {
      const signing = (await signingKeys.list()).filter(({ status }) => status === 'current');
      const has = (alg: IdTokenAlgorithm) =>
        signing.some((key) => key.alg === (alg === 'PS256' ? 'RS256' : alg));
      // Before the first start there are none.
      return signing.length === 0 ? [...wanted] : wanted.filter(has);
    },
    list: async () => standingOf(await signingKeys.list()).map(dated),
    rotate: async (asked) => (await rotateKeys(dependencies, asked)).map(dated),
  };
}
