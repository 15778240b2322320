/** An address was not asked, or did not answer as it must. The message is for administrators. */
export class OutboundError extends Error {
  /** It must not be asked at all. */
  readonly isBlocked: boolean;

  constructor(message: string, { isBlocked = false, cause }: { isBlocked?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.name = 'OutboundError';
    this.isBlocked = isBlocked;
  }
}

export const tooLong = 'its answer is longer than 64 kB';

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name could not be looked up',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection broke',
  TimeoutError: 'it did not answer within 5 seconds',
  UND_ERR_SOCKET: 'the connection broke',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer within 5 seconds',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer within 5 seconds',
  UND_ERR_BODY_TIMEOUT: 'it did not answer within 5 seconds',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: tooLong,
};

/** Whatever went wrong, in words for an administrator. */
export function failureOf(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  const { name, code = name, message } = error as NodeJS.ErrnoException;
  const known = words[name] ?? words[code];
  const isUntrusted = typeof code === 'string' && /CERT|SIGNATURE|ALTNAME/.test(code);
  const text = isUntrusted
    ? `its certificate is not trusted (${code}): LATCHKEY_OUTBOUND_CA_FILE names authorities of your own`
    : (known ?? `it could not be reached (${code}: ${message})`);
  return new OutboundError(text, { cause: error });
}
