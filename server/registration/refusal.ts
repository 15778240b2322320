/** What a registration is refused with (RFC 7591 §3.2.2, RFC 6750 §3.1). */
type RegistrationErrorCode =
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'invalid_request'
  | 'invalid_token';

/** Told to whoever registers: they can mend it, and it says nothing of anybody else. */
export class RegistrationRefusal extends Error {
  readonly code: RegistrationErrorCode;
  readonly status: 400 | 401;

  constructor(code: RegistrationErrorCode, description: string) {
    super(description);
    this.name = 'RegistrationRefusal';
    this.code = code;
    this.status = code === 'invalid_token' ? 401 : 400;
  }
}
