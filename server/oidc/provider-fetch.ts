import type { Client } from 'oidc-provider';
import { Provider } from 'oidc-provider';
import { keepLatest } from '../keep-latest.ts';
import type { Answer, Ask, Outbound, Reach } from '../outbound/outbound.ts';

interface Entry {
  answer: Promise<Answer>;
  until: number;
}

/** Milliseconds that an answer, or its absence, is remembered: requests that anybody can make cause no more than that. */
const [kept, keptFailure] = [60_000, 10_000];
const most = 200;

/**
 * What oidc-provider asks others, through the one way out: keys of an app are asked for again for an unknown `kid`, once
 * a minute at most.
 */
export function createProviderFetch({ ask }: Pick<Outbound, 'ask'>, now: () => number) {
  const entries = new Map<string, Entry>();
  function remembered(url: string, asked: Ask): Promise<Answer> {
    const key = JSON.stringify([url, asked.reach]);
    const known = entries.get(key);
    if (known && known.until > now()) return known.answer;
    const entry = { answer: ask(url, asked), until: now() + kept };
    entry.answer.catch(() => {
      entry.until = now() + keptFailure;
    });
    keepLatest(entries, { key, value: entry, most });
    return entry.answer;
  }
  return async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const headers = Object.fromEntries(new Headers(init.headers));
    const asked = { reach: reachOfClient(Provider.ctx?.oidc.client), headers };
    const {
      status,
      headers: answered,
      body,
    } = init.method === 'POST'
      ? await ask(String(url), { ...asked, method: 'POST', body: String(init.body ?? '') })
      : await remembered(String(url), asked);
    // How long it may be kept is decided here: an app that says a year could never take a key away.
    const type = answered['content-type'];
    const hasBody = ![101, 204, 205, 304].includes(status);
    return new Response(hasBody ? new Uint8Array(body) : null, {
      status,
      headers: typeof type === 'string' ? { 'content-type': type } : {},
    });
  };
}

/** As its app: see `reachOf`. Nobody answers for what is asked in the name of none. */
function reachOfClient(client: Client | undefined): Reach {
  return (client?.latchkey_reach as Reach | undefined) ?? 'stranger';
}
