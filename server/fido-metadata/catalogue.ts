/** The FIDO metadata repository as the passkey manager reads it: what is in force, in memory. */

/** A status of a model (FIDO Metadata Service 3.0 §3.1.4), such as `FIDO_CERTIFIED_L2` or `REVOKED`. */
export type AuthenticatorStatus = string;

/** A model of authenticator, as its metadata statement and status reports describe it. */
export interface AuthenticatorModel {
  /** UUID, lower case. */
  aaguid: string;
  name: string;
  /**
   * In force: the certifications, the highest first, and whatever speaks against the model and was not followed by a
   * new certification.
   */
  statuses: readonly AuthenticatorStatus[];
  /** Where private keys are (FIDO Registry of Predefined Values §3.2): `hardware`, `tee`, `secure_element`, `software`, … */
  keyProtection: readonly string[];
  /** FIDO Registry §3.6.3: `basic_full`, `basic_surrogate`, `attca`, … */
  attestationTypes: readonly string[];
  /** Certificates that its attestations go back to, base64 DER. */
  attestationRoots: readonly string[];
  /** From a statement of this installation instead of FIDO's. */
  isLocal: boolean;
  /** Hash of its picture, where there is one that may be shown. */
  icon?: string;
}

export interface ModelCatalogue {
  find(aaguid: string): AuthenticatorModel | undefined;
  /** Of the metadata in force. Absent where there is none; number 0 where there are statements of this installation alone. */
  readonly metadata?:
    | {
        no: number;
        /** Younger than the installation allows: an older one vouches for nothing new. */
        isCurrent: boolean;
      }
    | undefined;
  /** Every model, for whoever looks at their statuses. */
  all?(): Iterable<AuthenticatorModel>;
  /** Resolves when what was kept has been read; asked before anything is decided. */
  ready?(): Promise<void>;
}

/** Before any metadata was taken. */
export const noModels: ModelCatalogue = { find: () => undefined };

/** A model as people see it. Times are epoch milliseconds. */
export interface ModelFacts extends Omit<AuthenticatorModel, 'attestationRoots' | 'isLocal'> {
  /** `names`: of a passkey provider, whose name alone is known. */
  source: 'fido' | 'local' | 'names';
}

/** With its picture, base64. */
export interface ModelDetails extends ModelFacts {
  png?: string;
}

/** What an operator asks of the metadata. Times are epoch milliseconds. */
export interface MetadataStatus {
  /** An address, a file, or `off`. */
  source: string;
  /** In force. */
  metadata?: {
    no: number;
    nextUpdate: number;
    takenAt: number;
    source: string;
    isCurrent: boolean;
    /** Entries of the blob; models of passkeys among them; of those, what was not understood. */
    entries: number;
    models: number;
    notUnderstood: number;
  };
  /** Models by statements of this installation. */
  local: number;
  /** The highest number ever taken. */
  highest: number;
  /** Why what is kept is not believed. */
  refused?: string;
  /** How the latest attempt went, of whichever instance. */
  attempt?: { at: number; result: string; detail?: string; failures: number };
  /** When it is asked again by itself. */
  nextAt?: number;
  /** While this instance asks: 0–1. */
  progress?: number;
}

/** What is known of the metadata at any time, for health and metrics. */
export interface MetadataStanding {
  no: number;
  models: number;
  isCurrent: boolean;
  /** Since it was taken. */
  ageDays: number;
  /** Past its own next update; negative before. */
  overdueDays: number;
  /** Of attempts, in a row. */
  failures: number;
  /** Reason of the latest failure, unless something came after it. */
  failure?: string;
}

/** The repository beside the catalogue. */
export interface MetadataAccess {
  status(): Promise<MetadataStatus>;
  /** Begins to ask the source; `status` tells how it goes. Not begun where another instance asks already. */
  refresh(): Promise<{ begun: boolean }>;
  /** By name or AAGUID. */
  search(text: string, limit: number): ModelFacts[];
  details(aaguid: string): ModelDetails | undefined;
}

/** Where nothing is kept. */
export const noMetadata: MetadataAccess = {
  status: async () => ({ source: 'off', local: 0, highest: 0 }),
  refresh: async () => ({ begun: false }),
  search: () => [],
  details: () => undefined,
};
