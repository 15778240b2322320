/** The FIDO metadata repository: takes blobs, keeps the last good one, and tells what is in force. */
import type { LeaseRepository } from '../leases/lease.ts';
import type { Log } from '../log.ts';
import type { MetadataAccess, MetadataStanding, ModelCatalogue } from './catalogue.ts';
import { inForce, type Known, seenAs, standingOf, statusOf } from './known.ts';
import { loadedOf, modelIn, modelsIn } from './loaded.ts';
import { createRefresh } from './refresh.ts';
import { MetadataError, reasons } from './refusal.ts';
import type { FidoMetadataRepository } from './repository.ts';
import { isDue } from './schedule.ts';
import { modelDetails, searchModels } from './search.ts';
import type { MetadataSettings } from './settings.ts';
import type { Limits } from './source.ts';

export interface MetadataDependencies {
  repository: FidoMetadataRepository;
  leases: LeaseRepository;
  settings: MetadataSettings;
  now: () => number;
  log: Pick<Log, 'debug' | 'info' | 'warn' | 'error'>;
  /** Of a download. */
  limits?: Limits;
  /** 0–1, of this instance. */
  jitter?: number;
}

export interface FidoMetadata extends MetadataAccess, AsyncDisposable {
  readonly models: ModelCatalogue;
  /** Takes up what another process has taken meanwhile; reads the blob only if its number or time changed. */
  follow(): Promise<void>;
  /** Asks the source if it is time, and nobody else does. */
  refreshWhenDue(): Promise<void>;
  standing(): MetadataStanding;
}

/** Nothing is read or asked before somebody wants to know. */
export function createFidoMetadata(dependencies: MetadataDependencies): FidoMetadata {
  const { repository, settings, now, jitter = Math.random() } = dependencies;
  const known: Known = { loaded: loadedOf(settings.local) };
  const closing = new AbortController();
  const follow = singly(() => followOnce(dependencies, known));
  const refresh = createRefresh(dependencies, { known, follow, signal: closing.signal });
  return {
    models: catalogueOf(known, { settings, now, follow }),
    follow,
    refresh: async () => ({ begun: (await refresh.begin()) !== undefined }),
    async refreshWhenDue() {
      if (settings.source === 'off') return;
      const attempt = await repository.findAttempt();
      if (isDue(attempt, { source: settings.source, jitter, now: now() }))
        await (await refresh.begin())?.done;
    },
    async status() {
      await follow();
      const highest = await repository.findHighest(settings.trust.authority);
      return statusOf(known, { settings, now: now(), highest, jitter });
    },
    search: (text, limit) => searchModels(known.loaded.models, { text, limit, now: now() }),
    details: (aaguid) => modelDetails(known.loaded.models, aaguid, now()),
    standing: () => standingOf(known, { settings, now: now() }),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await refresh.ended();
    },
  };
}

function catalogueOf(
  known: Known,
  { settings, now, follow }: Pick<MetadataDependencies, 'settings' | 'now'> & { follow: () => Promise<void> },
): ModelCatalogue {
  let isReady = false;
  return {
    find: (aaguid) => modelIn(known.loaded, aaguid, now()),
    all: () => modelsIn(known.loaded, now()),
    get metadata() {
      return inForce(known, { settings, now: now() });
    },
    async ready() {
      if (!isReady) await follow();
      isReady = true;
    },
  };
}

/** Who asks while it is done waits for the same. */
function singly(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function followOnce(dependencies: MetadataDependencies, known: Known): Promise<void> {
  const { repository } = dependencies;
  const before = known.attempt;
  const [head, attempt] = await Promise.all([repository.findHead(), repository.findAttempt()]);
  // What was read may be older than what this process did meanwhile.
  if (known.attempt === before) known.attempt = attempt;
  if (head && seenAs(head) !== known.seen) await load(dependencies, known);
}

/**
 * Reads the blob that is kept, and believes it no more than one that comes from elsewhere. Where it is refused, what
 * this process had before stays in force.
 */
async function load({ repository, settings, log }: MetadataDependencies, known: Known): Promise<void> {
  const blob = await repository.find();
  if (!blob) return;
  const { packed, ...head } = blob;
  const highest = Math.max(
    await repository.findHighest(settings.trust.authority),
    known.loaded.blob?.head.no ?? 0,
  );
  const began = performance.now();
  try {
    const { unpackBlob, verifyKept } = await import('./blob.ts');
    const payload = await verifyKept(await unpackBlob(packed), { trust: settings.trust, highest });
    // The number beside it is nothing that was signed.
    if (payload.no !== head.no) throw new MetadataError('other_number', { detail: `${payload.no}` });
    known.loaded = loadedOf(settings.local, { head, payload });
    delete known.refused;
    // A crash between the two writes left the number behind.
    await repository.recordHighest(settings.trust.authority, payload.no);
    const ms = Math.round(performance.now() - began);
    log.info({ no: head.no, models: payload.models.length, ms }, 'FIDO metadata loaded');
  } catch (error) {
    if (!(error instanceof MetadataError)) throw error;
    const { reason, detail } = error;
    known.refused = reason;
    log.error({ no: head.no, reason, detail }, `FIDO metadata that is kept is refused: ${reasons[reason]}`);
  }
  known.seen = seenAs(head);
}
