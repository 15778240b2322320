/** The server answered with an error: `{ error, message, field?, reason? }`. */
export class RequestError extends Error {
  readonly code: string;
  /** The input that is at fault. */
  readonly field: string | undefined;
  /** The rule that it breaks. */
  readonly reason: string | undefined;

  constructor({
    error,
    message,
    field,
    reason,
  }: Partial<Record<'error' | 'message' | 'field' | 'reason', string>>) {
    super(message ?? '');
    this.name = 'RequestError';
    this.code = error ?? 'internal';
    this.field = field;
    this.reason = reason;
  }
}

/** No answer came: the network or the server is away. */
export class NetworkError extends Error {
  constructor(cause: unknown) {
    super('no answer', { cause });
    this.name = 'NetworkError';
  }
}

/**
 * Posts JSON to this origin.
 * @throws RequestError, NetworkError
 */
export async function post<Answer = Record<string, never>>(url: string, body: object): Promise<Answer> {
  const response = await send(url, body);
  const answer: unknown = await response.json().catch(() => ({}));
  if (!response.ok) throw new RequestError(isRecord(answer) ? answer : {});
  return answer as Answer;
}

async function send(url: string, body: object): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
      credentials: 'same-origin',
      redirect: 'error',
    });
  } catch (error) {
    throw new NetworkError(error);
  }
}

function isRecord(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null;
}
