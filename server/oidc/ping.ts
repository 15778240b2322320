/** Tells apps that somebody has answered what they asked (CIBA Core §10.2). */
import type { App } from '../apps/app.ts';
import { reachOf } from '../apps/reach.ts';
import type { RefusalRecorder } from '../apps/refusal-recorder.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { Ping } from './ciba.ts';

interface PingDependencies {
  ask: Outbound['ask'];
  findApp: (id: string) => Promise<App | undefined>;
  /** For whoever looks after the app. */
  refusals: Pick<RefusalRecorder, 'note'>;
  /** Milliseconds before each attempt. */
  pauses?: readonly number[];
}

/** An app that is told nothing may ask as well, so what a stop of this process loses costs it a moment. */
const usualPauses = [0, 5_000, 20_000];

export function createPinger({ ask, findApp, refusals, pauses = usualPauses }: PingDependencies): Ping {
  return ({ appId, token, requestId }) => {
    const attempt = async (left: readonly number[]): Promise<void> => {
      const failure = await failureOf(async (): Promise<Failure | undefined> => {
        const app = await findApp(appId);
        const uri = app?.ciba?.notificationEndpoint;
        if (!app || uri === undefined) return undefined;
        const { status } = await ask(uri, {
          reach: reachOf(app),
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ auth_req_id: requestId }),
          ignoresBody: true,
        });
        if (status === 204 || status === 200) return undefined;
        // Whoever says no, or points elsewhere, says the same again.
        return { reason: `it answered ${status}`, isFinal: status < 500 };
      });
      if (failure === undefined) return;
      if (left.length > 0 && !failure.isFinal) later(left);
      else refusals.note(appId, { code: 'ping_failed', reason: failure.reason });
    };
    const later = ([pause = 0, ...left]: readonly number[]) =>
      void setTimeout(() => void attempt(left), pause).unref();
    later(pauses);
  };
}

interface Failure {
  /** In words for an administrator. */
  reason: string;
  isFinal: boolean;
}

async function failureOf(ping: () => Promise<Failure | undefined>): Promise<Failure | undefined> {
  try {
    return await ping();
  } catch (error) {
    return { reason: (error as Error).message, isFinal: false };
  }
}
