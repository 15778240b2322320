import type { App } from '../apps/app.ts';
import type { AppCache } from '../apps/app-cache.ts';
import { reachOf } from '../apps/reach.ts';
import { keepLatest } from '../keep-latest.ts';
import type { Log } from '../log.ts';
import type { Answer, Outbound } from '../outbound/outbound.ts';
import { isDocumentUrl, readDocument } from './document.ts';
import { isAmongHosts } from './hosts.ts';
import { RegistrationRefusal } from './refusal.ts';

/** Why there is no app where one says to describe itself. */
export interface DocumentProblem {
  /** For whoever looks after that app: it says nothing of anybody else. */
  reason: string;
  /** Its host did not answer: it may do so in a moment. */
  isAway: boolean;
}

export interface ClientDocuments {
  /** `undefined` for what is no such app, or none now: see `problemOf`. */
  find(id: string): Promise<App | undefined>;
  problemOf(id: string): DocumentProblem | undefined;
  /** What was read lately: asks nobody. */
  known(id: string): App | undefined;
}

interface Options {
  /** Hosts that are trusted to describe apps: `example.com`, `*.example.com`. */
  hosts: readonly string[];
  ask: Outbound['ask'];
  log: Pick<Log, 'warn'>;
  now: () => number;
}

interface Failure extends DocumentProblem {
  at: number;
}

interface Kept {
  app: App;
  readAt: number;
  until: number;
}

/** Milliseconds. A host that is away for a while takes no app away from anybody: what it said last holds on. */
const [shortest, longest, heldOn] = [30_000, 24 * 60 * 60_000, 24 * 60 * 60_000];
/** Until it is asked again then, and where nothing is known of the app. */
const [pause, heldFor] = [10_000, 1_000];
const mostKept = 500;
/** Anybody can ask for any address at these hosts: of all, and of one, so many are asked for at once. */
const [mostAtOnce, mostOfHost] = [20, 10];

/** Apps that describe themselves where their client id points. They are stored nowhere. */
export function createClientDocuments({ hosts, ask, log, now }: Options): ClientDocuments {
  const kept = new Map<string, Kept>();
  const reading = new Map<string, Promise<App | undefined>>();
  const problems = new Map<string, Failure>();
  async function read(id: string): Promise<App | undefined> {
    try {
      const answer = await ask(id, { reach: reachOf({ origin: 'document' }), headers });
      const app = appIn(answer, { id, now: now() });
      keep(kept, id, { app, readAt: now(), until: now() + lifeOf(answer, now()) });
      problems.delete(id);
      return app;
    } catch (error) {
      const problem = { ...problemIn(error), at: now() };
      log.warn({ clientId: id, err: error }, 'an app could not be read where it describes itself');
      keep(problems, id, problem);
      const known = problem.isAway ? heldOf(id) : undefined;
      if (known) keep(kept, id, { ...known, until: now() + pause });
      else kept.delete(id);
      return known?.app;
    }
  }
  function heldOf(id: string): Kept | undefined {
    const known = kept.get(id);
    return known && now() < known.readAt + heldOn ? known : undefined;
  }
  function isBusy(host: string): boolean {
    const ofHost = [...reading.keys()].filter((each) => new URL(each).host === host);
    return reading.size >= mostAtOnce || ofHost.length >= mostOfHost;
  }
  function readOnce(id: string): Promise<App | undefined> {
    const begun = reading.get(id);
    if (begun) return begun;
    if (isBusy(new URL(id).host)) {
      keep(problems, id, { reason: 'too many documents are being read', isAway: true, at: now() });
      return Promise.resolve(heldOf(id)?.app);
    }
    const begins = read(id).finally(() => reading.delete(id));
    reading.set(id, begins);
    return begins;
  }
  return {
    async find(id) {
      if (hosts.length === 0 || !isDocumentUrl(id) || !isAmongHosts(new URL(id).hostname, hosts))
        return undefined;
      const known = kept.get(id);
      if (known && known.until > now()) return known.app;
      // One request asks for its app more than once.
      const failed = problems.get(id);
      return failed && now() < failed.at + heldFor ? undefined : readOnce(id);
    },
    problemOf: (id) => problems.get(id),
    known: (id) => heldOf(id)?.app,
  };
}

const headers = { accept: 'application/json' };

const keep = <T>(entries: Map<string, T>, key: string, value: T): void =>
  keepLatest(entries, { key, value, most: mostKept });

/** A host in need, which says nothing about its apps. */
class Away extends Error {}

/** @throws RegistrationRefusal, Away */
function appIn(
  { status, headers: { 'content-type': type }, body }: Answer,
  about: { id: string; now: number },
) {
  if (status >= 500 || status === 429) throw new Away(`the answer has the status ${status}`);
  if (status !== 200)
    throw new RegistrationRefusal('invalid_client_metadata', `the answer has the status ${status}`);
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(String(type ?? '')))
    throw new RegistrationRefusal('invalid_client_metadata', 'the answer must be application/json');
  return readDocument(body, about);
}

function problemIn(error: unknown): DocumentProblem {
  if (error instanceof RegistrationRefusal) return { reason: error.message, isAway: false };
  // What the way out says of hosts and addresses is for the log.
  const isBlocked = (error as { isBlocked?: boolean }).isBlocked === true;
  return { reason: 'it could not be read there', isAway: !isBlocked };
}

/** Milliseconds that an answer may be kept, as it says itself (RFC 9111 §5.2.2), within bounds. */
function lifeOf({ headers: { 'cache-control': control, expires } }: Answer, now: number): number {
  const [, seconds] = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,10})/i.exec(String(control ?? '')) ?? [];
  const untilThen = seconds === undefined ? Date.parse(String(expires ?? '')) - now : Number(seconds) * 1000;
  return Math.min(longest, Math.max(shortest, Number.isNaN(untilThen) ? 0 : untilThen));
}

/** The apps that are kept, and behind them those that describe themselves. */
export function withDocuments(apps: AppCache, documents: Pick<ClientDocuments, 'find'>): AppCache {
  return {
    ...apps,
    find: async (id) => (await apps.find(id)) ?? documents.find(id),
    findNow: async (id) => (await apps.findNow(id)) ?? documents.find(id),
  };
}
