/** Changes of signing keys: those of the schedule, by one instance of many, and those that people ask for. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { LeaseRepository } from '../leases/lease.ts';
import {
  type DueChanges,
  dueChanges,
  type KeySchedule,
  nextGeneration,
  nextOf,
  readyAt,
} from './key-schedule.ts';
import { insertUnlessThere, type KeyDependencies, newSigningKey } from './keys.ts';
import { type SigningKeyAlgorithm, type SigningKeyFacts, standingOf } from './signing-key.ts';

export interface KeeperDependencies extends KeyDependencies {
  leases: LeaseRepository;
  schedule: KeySchedule;
  /** Writes down what was done, by nobody in person. */
  record: (event: { type: KeyEvent; details: { kid: string; alg: string } }) => Promise<unknown>;
}

type KeyEvent = 'signing_key.made' | 'signing_key.rotated' | 'signing_key.removed';

const lease = { id: 'signing keys', lastsMs: 60_000 };

/** Does what is due, unless another instance does: stages the next keys, lets them sign, removes what is over. */
export function createKeyKeeper(dependencies: KeeperDependencies): () => Promise<void> {
  const { signingKeys, leases, now } = dependencies;
  const owner = randomUUID();
  const due = async () => dueChanges(await signingKeys.list(), { ...dependencies, now: now() });
  return async () => {
    if (isNothing(await due())) return;
    const at = now();
    if (!(await leases.acquire({ id: lease.id, owner, until: at + lease.lastsMs }, at))) return;
    try {
      // What another instance did meanwhile is not due any more.
      await perform(await due(), dependencies);
    } finally {
      await leases.release(lease.id, owner).catch(() => {});
    }
  };
}

const isNothing = (due: DueChanges) => Object.values(due).every((changes) => changes.length === 0);

/** Each is one write, and harmless where it is all that was done. */
async function perform(
  { stage, letSign, remove }: DueChanges,
  dependencies: KeeperDependencies,
): Promise<void> {
  const { signingKeys, record, now } = dependencies;
  for (const { alg, generation } of stage) await stageKey({ alg, generation }, dependencies);
  for (const { id: kid, alg } of letSign)
    if (await signingKeys.recordCurrent(kid, now()))
      await record({ type: 'signing_key.rotated', details: { kid, alg } });
  for (const { id: kid, alg, external } of remove)
    if (!(external && (await isAtSigner(kid, dependencies))) && (await signingKeys.remove(kid)))
      await record({ type: 'signing_key.removed', details: { kid, alg } });
}

/** A signer goes on to list what it has: without the record that key would be taken for a new one. */
async function isAtSigner(id: string, { signer }: Pick<KeeperDependencies, 'signer'>): Promise<boolean> {
  return signer !== undefined && (await signer.keys()).some(({ kid }) => kid === id);
}

async function stageKey(
  { alg, generation }: DueChanges['stage'][number],
  dependencies: Pick<KeeperDependencies, 'signingKeys' | 'secret' | 'signer' | 'record' | 'now'>,
): Promise<void> {
  const { signingKeys, record, now } = dependencies;
  const key = await newSigningKey(alg, await signingKeys.list(), dependencies);
  // A signer may have no new one yet.
  if (!key) return;
  const staged = { ...key, generation, status: 'next' as const, createdAt: now() };
  if (await insertUnlessThere(signingKeys, staged))
    await record({ type: 'signing_key.made', details: { kid: key.id, alg } });
}

/**
 * Lets the next keys sign, of every algorithm or of one. The keys before go on to verify what they signed.
 * @param urgent also where apps may not know the next key yet; one that is not there is made
 * @throws AppError `next_key_unknown` where one is not published long enough; nothing was changed
 */
export async function rotateKeys(
  dependencies: Omit<KeeperDependencies, 'leases' | 'schedule'>,
  { alg: only, urgent }: { alg?: SigningKeyAlgorithm; urgent: boolean },
): Promise<SigningKeyFacts[]> {
  const { signingKeys, now } = dependencies;
  const algorithms = dependencies.algorithms.filter((alg) => only === undefined || alg === only);
  if (algorithms.length === 0)
    throw new AppError('field_invalid', { field: 'alg', detail: `there are no keys of ${only} here` });
  const list = async () => standingOf(await signingKeys.list());
  if (urgent) {
    const keys = await list();
    for (const alg of algorithms.filter((each) => !nextOf(keys, each)))
      await stageKey({ alg, generation: nextGeneration(keys, alg) }, dependencies);
  }
  const keys = await list();
  const nexts = algorithms.map((alg) => {
    const next = nextOf(keys, alg);
    if (!next || (!urgent && now() < readyAt(next))) throw tooEarly(alg, next);
    return next;
  });
  for (const { id } of nexts) await signingKeys.recordCurrent(id, now());
  const ids = new Set(nexts.map(({ id }) => id));
  return (await list()).filter(({ id }) => ids.has(id));
}

function tooEarly(alg: SigningKeyAlgorithm, next: SigningKeyFacts | undefined): AppError {
  const since = next
    ? `apps know the next key of ${alg} from ${new Date(readyAt(next)).toISOString()} on`
    : `the next key of ${alg} is made within two minutes, and signs an hour later`;
  return new AppError('next_key_unknown', { detail: since });
}
