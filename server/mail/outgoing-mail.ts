/**
 * A mail that waits to be sent. What it says is sealed: it may hold a link that lets somebody in. It is removed once
 * the mail server has it.
 */
export interface OutgoingMail {
  /** Of two with one id, the second is not taken: whoever asks twice gets one mail. */
  id: string;
  /** The letter with its address, as JSON. */
  sealed: string;
  /** How often sending was begun. */
  attempts: number;
  /** When it is due; while it is being sent, when somebody else may try. */
  nextAttemptAt: number;
  createdAt: number;
  /** Nobody sends it from then on: its link has run out, or it is no news any more. */
  expiresAt: number;
}

export interface OutgoingMailRepository {
  /** @throws ConflictError with field `id` */
  insert(mail: OutgoingMail): Promise<void>;
  /** Due up to `until` and not expired at it, earliest first. */
  listDue(query: { until: number; limit: number }): Promise<OutgoingMail[]>;
  /** Compare-and-set by the number of attempts: whoever counts one up has it until `nextAttemptAt`. */
  update(mail: OutgoingMail, expectedAttempts: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  removeExpired(now: number): Promise<number>;
}
