import type { Page } from '../accounts/account.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import type { ProviderStorage } from '../storage.ts';
import { oneOf } from './counted-storage.ts';
import type { Figure } from './figure.ts';
import { kindFigure, modelPrefix, totals } from './figure-ids.ts';
import { figuresOf, recordHeld } from './held-passkeys.ts';
import { passkeyKinds } from './passkey-holder.ts';

interface RecountDependencies {
  storage: Pick<ProviderStorage, 'accounts' | 'apps' | 'groups' | 'figures' | 'passkeyHolders'>;
  manager: Pick<PasskeyManager, 'listPasskeys'>;
  /** How many people have been counted, of about how many. */
  onProgress?: (done: number, expected: number) => void;
}

const pageSize = 200;

/** Everything that is there rather than happened. */
const counts = [...Object.values(totals), ...passkeyKinds.map(kindFigure)];

/**
 * Counts people, their passkeys, apps and groups anew, and mends what has drifted: adds the difference, so that what is
 * counted meanwhile stays. Resolves to what was mended.
 */
export async function recount(dependencies: RecountDependencies): Promise<Figure[]> {
  const { figures } = dependencies.storage;
  const before = [...(await figures.findMany(counts)), ...(await figures.listByPrefix(modelPrefix))];
  const known = new Map(before.map(({ id, value }) => [id, value]));
  const found = await countAll(
    dependencies,
    (known.get(totals.active) ?? 0) + (known.get(totals.disabled) ?? 0),
  );
  const mended = [...new Set([...counts, ...known.keys(), ...found.keys()])]
    .map((id) => ({ id, value: (found.get(id) ?? 0) - (known.get(id) ?? 0) }))
    .filter(({ value }) => value !== 0);
  await figures.add(mended);
  return mended;
}

async function countAll(
  { storage, manager, onProgress = () => {} }: RecountDependencies,
  expected: number,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const add = (...figures: readonly Figure[]) => {
    for (const { id, value } of figures) found.set(id, (found.get(id) ?? 0) + value);
  };
  let done = 0;
  await eachPage(storage.accounts.list, async (people) => {
    for (const account of people) {
      // What a person holds now is what the next change is the difference to.
      const { passkeys } = await recordHeld({ manager, ...storage }, account);
      add(oneOf(account, 1), ...figuresOf(passkeys));
    }
    done += people.length;
    onProgress(done, Math.max(done, expected));
  });
  await eachPage(storage.apps.list, async ({ length }) => add({ id: totals.apps, value: length }));
  await eachPage(storage.groups.list, async ({ length }) => add({ id: totals.groups, value: length }));
  return found;
}

async function eachPage<T>(
  list: (query: { after?: string; limit: number }) => Promise<Page<T>>,
  work: (items: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const { items, next } = await list({ limit: pageSize, ...(after !== undefined && { after }) });
    await work(items);
    if (next === undefined) return;
    after = next;
  }
}
