/** The one record of an installation: made at the first start, read at every other. */
export interface Installation {
  /** Random, names the installation in logs and receipts. */
  id: string;
  /** A known value sealed under the installation's secret: with another secret it does not open. */
  keyCheck: string;
  createdAt: number;
  /** Grows with each change. Absent: 0. */
  revision?: number;
  /** A secret that takes over soon. An instance that does not have it says so here, and then it does not. */
  announced?: { keyCheck: string; at: number; lackedBy?: string };
  /** The secret before, until it is needed no more. */
  previous?: PreviousSecret;
  /** What verifies what secrets before have made, sealed: `FormerKeys` of each, the latest last. */
  former?: readonly string[];
  /** What pairwise `sub`s are made of, sealed. It never changes once an app was told of one. */
  pairwiseSalt?: string;
}

export interface PreviousSecret {
  keyCheck: string;
  /** When another one took its place. */
  replacedAt: number;
  /** How many records were brought under the current one, so far. */
  rekeyed: number;
  /** Since when nothing is left that can be brought under the current one; what else there is runs out. */
  finishedAt?: number;
}

export interface InstallationRepository {
  find(): Promise<Installation | undefined>;
  /** Inserts unless there is one; returns the one that is stored, whoever made it. */
  insertOnce(installation: Installation): Promise<Installation>;
  /** Compare-and-set: replaces the one with this revision by this one, with the revision after it. */
  update(installation: Installation, expectedRevision: number): Promise<boolean>;
}
