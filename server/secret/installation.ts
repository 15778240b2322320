/** The one record of an installation: made at the first start, read at every other. */
export interface Installation {
  /** Random, names the installation in logs and receipts. */
  id: string;
  /** A known value sealed under the installation's secret: with another secret it does not open. */
  keyCheck: string;
  createdAt: number;
}

export interface InstallationRepository {
  find(): Promise<Installation | undefined>;
  /** Inserts unless there is one; returns the one that is stored, whoever made it. */
  insertOnce(installation: Installation): Promise<Installation>;
}
