/** A value as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Something that happened. Holds ids and reason codes, never a secret, and no name or address of a person in the open. */
export interface AuditEvent {
  id: string;
  /** The process that wrote it: each has a chain of its own. */
  chain: string;
  /** Position in the chain, from 0. */
  sequence: number;
  at: number;
  /** Such as `sign_in.succeeded`. */
  type: string;
  /** Who did it: an account id, `machine` for the command line, an app id, or nobody. */
  actor?: { kind: 'account' | 'app' | 'machine'; id?: string };
  accountId?: string;
  appId?: string;
  passkeyId?: string;
  signInId?: string;
  requestId?: string;
  /** Of a change: the same in its intent and in its outcome. */
  changeId?: string;
  /** Of a change: `intent` before it begins; after it what came of it, which `unknown` says where it was broken off. */
  outcome?: 'intent' | 'done' | 'failed' | 'unknown';
  /** The precise reason of a failure. */
  reason?: string;
  details?: JsonObject;
  /** Of a change: the fields that changed, with what they said. Secrets are left out. */
  before?: JsonObject;
  after?: JsonObject;
  /** What is personal: network address, device, and of a change names and addresses. */
  personal?: readonly SealedPart[];
  /** Hash of the event before it in the chain; empty for the first. */
  previousHash: string;
  /** SHA-256 over the canonical JSON of everything above, base64url. */
  hash: string;
}

/** Personal fields of one account, sealed under its key. */
export interface SealedPart {
  /** The id of the key. */
  of: string;
  sealed: string;
}

/** A place in a chain. */
export type ChainPlace = Pick<AuditEvent, 'chain' | 'sequence'>;

/** Where an event stands in order of time: events of one moment are in order of their sequence, then of their ids. */
export type EventPosition = Pick<AuditEvent, 'at' | 'sequence' | 'id'>;

/** A part of a list in order of time. */
export interface EventRange {
  /** Not before this moment. */
  since?: number | undefined;
  /** Before this moment. */
  before?: number | undefined;
  /** Newest first unless it says so. */
  oldestFirst?: boolean | undefined;
  /** Goes on after this event. */
  after?: EventPosition | undefined;
  limit: number;
}

export interface AuditEventRepository {
  /** In one step, in this order. */
  insertMany(events: readonly AuditEvent[]): Promise<void>;
  listByChain(chain: string, query: { fromSequence: number; limit: number }): Promise<AuditEvent[]>;
  /** Every event, chain by chain in order, from after a place on. */
  listByPlace(query: { after?: ChainPlace | undefined; limit: number }): Promise<AuditEvent[]>;
  /** The last one of a chain. */
  findLast(chain: string): Promise<AuditEvent | undefined>;
  /** Removes the events of a chain up to and with a sequence; resolves to their number. */
  removeUpTo(place: ChainPlace): Promise<number>;
  list(range: EventRange): Promise<AuditEvent[]>;
  listByAccount(accountId: string, range: EventRange): Promise<AuditEvent[]>;
  /** By who did it: an account or an app. */
  listByActor(actorId: string, range: EventRange): Promise<AuditEvent[]>;
  listByApp(appId: string, range: EventRange): Promise<AuditEvent[]>;
  listByPasskey(passkeyId: string, range: EventRange): Promise<AuditEvent[]>;
  listByType(type: string, range: EventRange): Promise<AuditEvent[]>;
  /** The intent and the outcome of one change. */
  listByChange(changeId: string): Promise<AuditEvent[]>;
  /** Intents that nobody has settled, from before this moment, oldest first. */
  listOpenIntents(query: { before: number; limit: number }): Promise<AuditEvent[]>;
  /** The intent of this change has its outcome: it is open no more. */
  settleIntent(changeId: string): Promise<void>;
}
