import { ServerError, unreachable } from './server-error.ts';

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string | URLSearchParams;
}

export interface Answered {
  status: number;
  headers: Headers;
  /** `undefined` where it is no JSON. */
  body: unknown;
}

/** Milliseconds. */
const patience = 30_000;
const mostBytes = 64 * 1024 * 1024;

/** One question to a server. A redirect is not followed: what is sent is for this server alone. @throws ServerError */
export async function ask(url: URL, asked: Asked = {}): Promise<Answered> {
  const headers = { accept: 'application/json', 'user-agent': 'latchkey', ...asked.headers };
  try {
    const signal = AbortSignal.timeout(patience);
    const answer = await fetch(url, { ...asked, headers, redirect: 'manual', signal });
    const { status } = answer;
    if (status >= 300 && status < 400) throw elsewhere(url, answer.headers.get('location'));
    if (Number(answer.headers.get('content-length')) > mostBytes)
      throw new ServerError('server_not_understood', `${url.origin} answers with more than is taken here.`);
    return { status, headers: answer.headers, body: parsed(await answer.text()) };
  } catch (error) {
    throw error instanceof ServerError ? error : unreachable(url.origin, error);
  }
}

function elsewhere(url: URL, location: string | null): ServerError {
  const to = location === null ? undefined : URL.parse(location, url.href)?.origin;
  const where = to && to !== url.origin ? ` to ${to}. Is that its address?` : ', which is not followed.';
  return new ServerError('server_not_understood', `${url.origin} answers with a redirect${where}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
