type Reason =
  | 'server_unreachable'
  | 'server_not_understood'
  | 'sign_in_needed'
  | 'sign_in_refused'
  | 'only_here';

/** Another server could not be asked, or gives nothing. The message says what to do next. */
export class ServerError extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ServerError';
    this.reason = reason;
  }
}

const ownAuthority =
  'If it has a certificate of an authority of your own, name its file in NODE_EXTRA_CA_CERTS.';

/** What goes wrong on the way, in words, by the code that Node.js gives it. */
const causes: Record<string, string> = {
  ENOTFOUND: 'its name is not known. Is the address right?',
  EAI_AGAIN: 'its name could not be looked up: is there a network?',
  ECONNREFUSED: 'nobody listens there. Is the server running, and the port right?',
  ECONNRESET: 'the connection was broken off.',
  UND_ERR_SOCKET: 'the connection was broken off.',
  ETIMEDOUT: 'it did not answer in time.',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time.',
  TimeoutError: 'it did not answer within 30 seconds.',
  EHOSTUNREACH: 'there is no way to it from here.',
  ENETUNREACH: 'there is no way to it from here.',
  CERT_HAS_EXPIRED: 'its certificate has expired, or the clock of this computer is wrong.',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet, or the clock of this computer is wrong.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name. Is the address right?',
  DEPTH_ZERO_SELF_SIGNED_CERT: `nobody vouches for its certificate. ${ownAuthority}`,
  SELF_SIGNED_CERT_IN_CHAIN: `an unknown authority vouches for its certificate. ${ownAuthority}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `an unknown authority vouches for its certificate. ${ownAuthority}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `an unknown authority vouches for its certificate. ${ownAuthority}`,
  ERR_SSL_WRONG_VERSION_NUMBER: 'it speaks no TLS there. Is it http instead of https?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it speaks no TLS there. Is it http instead of https?',
};

/** `fetch` wraps what went wrong. */
export function unreachable(server: string, error: unknown): ServerError {
  const { code, name, message } = causeOf(error);
  const why = causes[code ?? ''] ?? causes[name] ?? `${message}.`;
  return new ServerError('server_unreachable', `${server} cannot be reached: ${why}`, { cause: error });
}

/** Whether it may have gone well all the same, so that asking again is worth it. */
export const isBrokenOff = (error: unknown): boolean =>
  ['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE'].includes(causeOf(error).code ?? '');

function causeOf(error: unknown): NodeJS.ErrnoException {
  const { cause } = error as { cause?: NodeJS.ErrnoException };
  if (cause instanceof AggregateError) return causeOf({ cause: cause.errors[0] });
  return cause ?? (error as NodeJS.ErrnoException);
}
