/** One attempt to take something newer, written down however it ends. */
import { packBlob, verifyNew } from './blob.ts';
import { type Known, seenAs } from './known.ts';
import { loadedOf } from './loaded.ts';
import type { MetadataDependencies } from './metadata.ts';
import type { Refreshing } from './refresh.ts';
import { MetadataError, reasons } from './refusal.ts';
import type { FidoMetadataRepository, MetadataAttempt, MetadataBlob, MetadataHead } from './repository.ts';
import { askSource, type Download, fetchList, type Limits, usualLimits } from './source.ts';

const listLimits: Limits = { bytes: 4_000_000, ms: 5_000 };

export async function takeFrom(dependencies: MetadataDependencies, refreshing: Refreshing): Promise<void> {
  const { now } = dependencies;
  const { known, follow, signal } = refreshing;
  // What is kept and not believed is not what the source is compared with.
  await follow();
  try {
    const result = await take(dependencies, refreshing);
    await record(dependencies, known, { at: now(), result, failures: 0 });
  } catch (error) {
    if (!(error instanceof MetadataError)) throw error;
    if (signal.aborted) return;
    await recordFailure(dependencies, known, error);
  }
}

async function record(
  { repository }: MetadataDependencies,
  known: Known,
  attempt: MetadataAttempt,
): Promise<void> {
  await repository.recordAttempt(attempt);
  known.attempt = attempt;
}

async function take(
  dependencies: MetadataDependencies,
  { known, signal }: Refreshing,
): Promise<'taken' | 'unchanged'> {
  const { settings, limits = usualLimits } = dependencies;
  const { source } = settings;
  const { head } = known.refused ? {} : (known.loaded.blob ?? {});
  const download = await askSource({
    source,
    validators: head?.source === source ? head : {},
    limits,
    signal,
    onProgress: (share) => {
      known.progress = share * 0.9;
    },
  });
  if (!download) return 'unchanged';
  known.progress = 0.9;
  return keep(dependencies, known, download);
}

async function keep(
  { repository, settings, now, log }: MetadataDependencies,
  known: Known,
  { text, ...validators }: Download,
): Promise<'taken' | 'unchanged'> {
  const highest = Math.max(
    await repository.findHighest(settings.trust.authority),
    known.loaded.blob?.head.no ?? 0,
  );
  const revocation = { now: now(), fetchList: (url: string) => fetchList(url, listLimits) };
  const { payload, listsMissing } = await verifyNew(text, { trust: settings.trust, highest, revocation });
  const { no, nextUpdate, models, notUnderstood } = payload;
  if (!known.refused && known.loaded.blob?.head.no === no) return 'unchanged';
  const head: MetadataHead = { no, takenAt: now(), source: settings.source, ...validators };
  const packed = await packBlob(text);
  // It may bear a number that nothing true could replace.
  if (known.refused) await repository.remove();
  if (!(await recordOver(repository, { ...head, packed }))) return 'unchanged';
  await repository.recordHighest(settings.trust.authority, no);
  known.loaded = loadedOf(settings.local, { head, payload });
  known.seen = seenAs(head);
  delete known.refused;
  const facts = { no, nextUpdate: day(nextUpdate), models: models.length, notUnderstood, listsMissing };
  if (nextUpdate < now()) log.warn(facts, 'FIDO metadata taken, although the next should have come by now');
  else log.info(facts, 'FIDO metadata taken');
  return 'taken';
}

/** Another instance may have taken a newer one; a number that is only in its row, and was not signed, stops nothing. */
async function recordOver(repository: FidoMetadataRepository, blob: MetadataBlob): Promise<boolean> {
  if (await repository.recordBlob(blob)) return true;
  const kept = await repository.findHead();
  if (kept && kept.no > blob.no) return false;
  await repository.remove();
  return repository.recordBlob(blob);
}

const day = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Told once, and again when the reason is another: what cannot be reached is tried often. */
async function recordFailure(
  dependencies: MetadataDependencies,
  known: Known,
  { reason, detail }: MetadataError,
): Promise<void> {
  const { repository, now, log } = dependencies;
  const { source } = dependencies.settings;
  const before = await repository.findAttempt();
  const failures = (before?.failures ?? 0) + 1;
  const attempt: MetadataAttempt = { at: now(), result: reason, failures, ...(detail && { detail }) };
  await record(dependencies, known, attempt);
  const { no } = known.loaded.blob?.head ?? {};
  const facts = { source, reason, detail, failures, ...(no !== undefined && { no }) };
  const says = `FIDO metadata was not refreshed: ${reasons[reason]}`;
  if (before?.result === reason) log.debug(facts, says);
  else log.warn(facts, says);
}
