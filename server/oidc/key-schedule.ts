/** What is to be done with the signing keys, and when: pure, so that it can be looked at. */
import {
  type SigningKey,
  type SigningKeyAlgorithm,
  type SigningKeyFacts,
  standingOf,
} from './signing-key.ts';

/** All in milliseconds. */
export interface KeySchedule {
  /** How long a key signs; absent where only people change keys. */
  signs?: number;
  /** How long a retired key is published: until nothing is in force that it signed. */
  verifies: number;
}

/** Seconds that apps may keep the published keys without asking again (RFC 9111 §5.2.2.1). */
export const keySetMaxAge = 60 * 60;

/** Milliseconds that a key is published before it signs: what apps keep, other servers that hear of it, and clocks. */
const published = (keySetMaxAge + 60) * 1000;

/** Milliseconds that pass before a next key is made: a start has other things to do. */
const settled = 60_000;

export interface DueChanges {
  stage: { alg: SigningKeyAlgorithm; generation: number }[];
  letSign: SigningKeyFacts[];
  remove: SigningKeyFacts[];
}

interface Asked {
  algorithms: readonly SigningKeyAlgorithm[];
  schedule: KeySchedule;
  now: number;
}

/** What is due now. An algorithm that nothing signs any more keeps its keys as they are. */
export function dueChanges(stored: readonly SigningKey[], { algorithms, schedule, now }: Asked): DueChanges {
  const keys = standingOf(stored);
  const due: DueChanges = { stage: [], letSign: [], remove: [] };
  for (const alg of algorithms) {
    const signing = keys.find((key) => key.alg === alg && key.status === 'current');
    if (!signing) continue;
    const since = signing.currentAt ?? signing.createdAt;
    const next = nextOf(keys, alg);
    if (!next && now >= since + settled) due.stage.push({ alg, generation: nextGeneration(keys, alg) });
    const isOld = schedule.signs !== undefined && now >= since + schedule.signs;
    if (next && isOld && now >= readyAt(next)) due.letSign.push(next);
  }
  due.remove = keys.filter((key) => now >= (endOf(key, schedule) ?? Number.POSITIVE_INFINITY));
  return due;
}

export const nextOf = (keys: readonly SigningKeyFacts[], alg: SigningKeyAlgorithm) =>
  keys
    .filter((key) => key.alg === alg && key.status === 'next')
    .toSorted((a, b) => a.generation - b.generation)[0];

export const nextGeneration = (
  keys: readonly Pick<SigningKey, 'alg' | 'generation'>[],
  alg: SigningKeyAlgorithm,
): number => Math.max(0, ...keys.filter((key) => key.alg === alg).map(({ generation }) => generation)) + 1;

/** From when on every app that keeps the published keys as long as it may knows this one. */
export const readyAt = ({ createdAt }: Pick<SigningKeyFacts, 'createdAt'>): number => createdAt + published;

/** When a retired key is published no more. */
export function endOf(
  { status, retiredAt }: Pick<SigningKeyFacts, 'status' | 'retiredAt'>,
  { verifies }: KeySchedule,
): number | undefined {
  return status === 'retired' && retiredAt !== undefined ? retiredAt + verifies : undefined;
}

/** When the key of an algorithm that signs now is changed by itself. */
export function changesAt(
  { status, currentAt, createdAt }: Pick<SigningKeyFacts, 'status' | 'currentAt' | 'createdAt'>,
  { signs }: KeySchedule,
): number | undefined {
  return status === 'current' && signs !== undefined ? (currentAt ?? createdAt) + signs : undefined;
}
