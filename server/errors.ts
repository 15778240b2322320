/** What an error says to the outside: its HTTP status and one sentence. */
interface Entry {
  status: number;
  message: string;
}

/**
 * Every error that Latchkey may show to a person or an app. `docs/errors.md` is printed from this table.
 * The message tells what to do next and never what was found: the precise reason is for the log.
 */
export const errorTable = {
  bad_request: { status: 400, message: 'The request could not be understood.' },
  field_invalid: { status: 400, message: 'Please check what you entered.' },
  user_name_taken: { status: 409, message: 'This user name is already taken. Please choose another one.' },
  challenge_expired: {
    status: 400,
    message: 'This took too long, or was already answered. Please try again.',
  },
  passkey_rejected: { status: 400, message: 'The passkey could not be verified. Please try again.' },
  authenticator_refused: {
    status: 403,
    message: 'Your organization does not allow this passkey. Please use another one.',
  },
  authenticator_not_enough: {
    status: 403,
    message: 'This passkey is not enough for this app. Please use another one.',
  },
  rules_contradict: {
    status: 409,
    message:
      'The rules for passkeys contradict each other, so none can be used. Please tell your administrator.',
  },
  no_administrator_left: {
    status: 409,
    message: 'With this rule, no administrator could sign in any more.',
  },
  passkey_exists: { status: 409, message: 'This device already has a passkey for this account.' },
  passkey_not_found: { status: 404, message: 'This passkey does not exist any more.' },
  too_many_passkeys: {
    status: 409,
    message: 'This account has as many passkeys as it can have. Remove one before you add another.',
  },
  last_passkey: { status: 409, message: 'This is your only passkey. Add another one before you remove it.' },
  last_administrator: {
    status: 409,
    message: 'This is the only active administrator. Please make another one first.',
  },
  confirmation_required: { status: 403, message: 'Please confirm with your passkey first.' },
  account_disabled: { status: 403, message: 'This account is disabled. Please ask your administrator.' },
  link_invalid: {
    status: 410,
    message: 'This link has expired or was already used. Please ask for a new one.',
  },
  sign_up_closed: { status: 403, message: 'Sign-up is closed here.' },
  interaction_expired: {
    status: 400,
    message:
      'This sign-in has expired or was finished in another tab. Please go back to the app and start again.',
  },
  request_over: {
    status: 410,
    message: 'This request is over: it was answered, or waited for too long.',
  },
  idempotency_key_reused: {
    status: 422,
    message: 'This Idempotency-Key was used with another request. Please make a new one for each request.',
  },
  token_invalid: { status: 401, message: 'The access token is not valid here. Please get a new one.' },
  session_required: { status: 401, message: 'Please sign in first.' },
  forbidden: { status: 403, message: 'This is not allowed.' },
  app_not_allowed: { status: 403, message: 'You may not use this app. Please ask its administrator.' },
  cross_site: { status: 403, message: 'The request came from another site and was refused.' },
  not_found: { status: 404, message: 'There is nothing here.' },
  method_not_allowed: { status: 405, message: 'This address does not take that kind of request.' },
  second_person_needed: {
    status: 409,
    message:
      'A second person has to approve this, and there is nobody else who may. It can be done on the machine itself.',
  },
  recovered_lately: {
    status: 403,
    message: 'You came in by a recovery link. For the first hour, your account administers nothing.',
  },
  conflict: { status: 409, message: 'This was changed meanwhile. Please look again and repeat.' },
  next_key_unknown: {
    status: 409,
    message:
      'Apps may not know the next signing key yet. Please wait an hour, or say that it is urgent: `urgent`, at the command `--urgent`.',
  },
  wrong_host: { status: 421, message: 'This server was told that it is at another address.' },
  body_too_large: { status: 413, message: 'The request is too large.' },
  unsupported_media_type: {
    status: 415,
    message: 'The request has a content type that is not accepted here.',
  },
  too_many_requests: { status: 429, message: 'Too many attempts. Please wait a moment and try again.' },
  unavailable: { status: 503, message: 'This does not work right now. Please try again in a moment.' },
  demo_unavailable: {
    status: 503,
    message:
      'The demo app needs port 3001, which another program holds. Please end that program and try again.',
  },
  internal: { status: 500, message: 'Something went wrong on our side. Please try again.' },
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof errorTable;

interface Cause {
  /** For the log alone: the precise reason. */
  detail?: string;
  cause?: unknown;
  /** The input that is at fault, by its name in the request or the settings. */
  field?: string;
  /** Which rule the field breaks: pages have a sentence for each. Public, so it tells of the input alone. */
  reason?: FieldReason;
  /** What is wrong with each input, in words. Public, so it tells of the input alone. */
  problems?: readonly FieldProblem[];
}

export interface FieldProblem {
  field: string;
  message: string;
}

/** The rules that fields have. */
export type FieldReason =
  | 'userNameLength'
  | 'userNameCharacters'
  | 'userNameEnds'
  | 'userNameMixed'
  | 'name'
  | 'email'
  // What a rule has against an authenticator.
  | 'model_denied'
  | 'model_not_allowed'
  | 'status_refused'
  | 'certification_too_low'
  | 'key_protection_too_weak'
  | 'not_device_bound'
  | 'attestation_not_verified'
  | 'vendor_not_allowed'
  | 'metadata_outdated';

/**
 * The one error class. `code`, `status`, `message`, `field`, `reason` and `problems` are public;
 * `detail` and `cause` never leave the log.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string | undefined;
  readonly field: string | undefined;
  readonly reason: FieldReason | undefined;
  readonly problems: readonly FieldProblem[] | undefined;

  constructor(code: ErrorCode, { detail, cause, field, reason, problems }: Cause = {}) {
    super(errorTable[code].message, { cause });
    this.name = 'AppError';
    this.code = code;
    this.status = errorTable[code].status;
    this.detail = detail;
    this.field = field;
    this.reason = reason;
    this.problems = problems;
  }
}

/** A setting is missing or wrong. The message names each one; nothing was started. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** A record with this id or unique value is there already. Thrown by `insert` and `update` of every repository. */
export class ConflictError extends Error {
  /** The unique field that collided, such as `id` or `userNameKey`. */
  readonly field: string;

  constructor(field: string, options?: ErrorOptions) {
    super(`a record with this ${field} exists already`, options);
    this.name = 'ConflictError';
    this.field = field;
  }
}
/** The storage cannot be used: away, too new, locked by another server, or made with another secret. */
export class StorageError extends Error {
  readonly reason:
    | 'unreachable'
    | 'too_new'
    | 'needs_migration'
    | 'locked'
    | 'wrong_secret'
    | 'no_salt'
    | 'read_only';

  constructor(reason: StorageError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.reason = reason;
  }
}
