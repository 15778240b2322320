/** What changed, for whoever made something of a passkey: sessions end with it. */
export const passkeyEventTypes = [
  'passkey_registered',
  'passkey_imported',
  'passkey_suspended',
  'passkey_activated',
  'passkey_removed',
  // Its model was found broken: it signs in no more (blocked), or it does and its owner is told (doubted).
  'passkey_blocked',
  'passkey_doubted',
  'passkey_restored',
  'handle_removed',
] as const;
export type PasskeyEventType = (typeof passkeyEventTypes)[number];

export interface PasskeyEvent {
  /** In order of time, and of the changes of one process: see `eventCursor`. */
  id: string;
  at: number;
  type: PasskeyEventType;
  userHandle: string;
  /** Absent for `handle_removed`: all that the handle had. */
  passkeyId?: string;
  /** When the record may be cleaned up. */
  expiresAt: number;
}

export interface PasskeyEventRepository {
  insert(event: PasskeyEvent): Promise<void>;
  /** Those whose id comes after `after`, in order of id. */
  list(query: { after?: string; limit: number }): Promise<{ items: PasskeyEvent[]; next?: string }>;
  removeExpired(now: number): Promise<number>;
}

/** Every event of this moment or later has an id after this one. */
export function eventCursor(at: number): string {
  return String(Math.max(0, Math.floor(at))).padStart(15, '0');
}
