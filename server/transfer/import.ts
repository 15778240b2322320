import type { CarriedItem, Finding, TransferContent } from './content.ts';
import { createReport, type TransferReport } from './report.ts';
import { takeApi } from './take-api.ts';
import { takeApp } from './take-app.ts';
import { takeAttribute } from './take-attribute.ts';
import { takeGroup } from './take-group.ts';
import { takePeople } from './take-people.ts';
import { takeRule } from './take-rule.ts';
import { beginSalt, takeSalt } from './take-salt.ts';
import { takeSigningKey } from './take-signing-key.ts';
import type { ImportDependencies, Taking } from './taking.ts';

interface ImportOptions {
  /** Looks at everything, and changes nothing. */
  dryRun?: boolean;
  /** Goes on where something of the same name is here already: what is here stays, the rest comes over. */
  merge?: boolean;
  onProgress?: (progress: { step: 'looking' | 'taking'; items: number }) => void;
}

/** So many people are looked at together. */
const batchSize = 50;

/**
 * Takes what was brought. First everything is looked at: where something stands in the way nothing is changed, unless
 * `merge` is said, and a file that is damaged anywhere changes nothing. What came over before is left as it is, so an
 * import that broke off is done again. Nothing that is here is ever changed.
 * @returns what was done, or would be. `done` is false for a dry run, and where something stood in the way
 * @throws AppError `field_invalid` for a file that cannot be read
 */
export async function importInstallation(
  content: TransferContent,
  { dryRun = false, merge = false, onProgress = () => {} }: ImportOptions,
  dependencies: ImportDependencies,
): Promise<TransferReport> {
  const tell = (step: 'looking' | 'taking') => (items: number) => onProgress({ step, items });
  const looked = await pass(content, { dependencies, store: false, merge }, tell('looking'));
  const isInTheWay = looked.conflicts.length > 0 && !merge;
  if (dryRun || isInTheWay) return { ...looked, dryRun, done: false };
  await beginSalt(dependencies);
  return {
    ...(await pass(content, { dependencies, store: true, merge }, tell('taking'))),
    dryRun,
    done: true,
  };
}

interface Pass {
  dependencies: ImportDependencies;
  store: boolean;
  merge: boolean;
}

async function pass(
  content: TransferContent,
  { dependencies, store, merge }: Pass,
  tell: (items: number) => void,
): Promise<Omit<TransferReport, 'dryRun' | 'done'>> {
  const report = createReport(content, noteOnIssuer(content, dependencies.issuer));
  const isOfHere = content.issuer === dependencies.issuer;
  const known = { groupIds: new Map(), appIds: new Set<string>() };
  const taking: Taking = { ...dependencies, store, merge, report, isOfHere, ...known };
  let items = 0;
  for await (const batch of batches(content.items())) {
    await take(taking, batch);
    items += batch.length;
    tell(items);
  }
  return report.written();
}

function noteOnIssuer({ issuer }: TransferContent, here: string): Finding[] {
  if (issuer === undefined || issuer === here) return [];
  return [
    {
      kind: 'setting',
      item: 'LATCHKEY_ISSUER',
      reason: 'another_issuer',
      text: `was ${issuer} and is ${here} here: every app must be told`,
    },
  ];
}

/** Neighbours of one kind. */
async function* batches(items: AsyncIterable<CarriedItem>): AsyncGenerator<CarriedItem[]> {
  let batch: CarriedItem[] = [];
  for await (const item of items) {
    const isFull = batch.length >= batchSize || (batch[0] && batch[0].kind !== item.kind);
    if (isFull) {
      yield batch;
      batch = [];
    }
    batch.push(item);
  }
  if (batch.length > 0) yield batch;
}

/** People together, because each costs several questions; the others are few. */
async function take(taking: Taking, batch: readonly CarriedItem[]): Promise<void> {
  const people = batch.flatMap((item) => (item.kind === 'person' ? [item.record] : []));
  if (people.length > 0) return takePeople(taking, people);
  for (const item of batch) {
    if (item.kind === 'pairwiseSalt') await takeSalt(taking, item.record);
    if (item.kind === 'attribute') await takeAttribute(taking, item.record);
    if (item.kind === 'group') await takeGroup(taking, item.record);
    if (item.kind === 'app') await takeApp(taking, item.record);
    if (item.kind === 'api') await takeApi(taking, item.record);
    if (item.kind === 'rule') await takeRule(taking, item.record);
    if (item.kind === 'signingKey') await takeSigningKey(taking, item.record);
  }
}
