/** What is known of the blob in use without reading all of it. */
export interface MetadataHead {
  /** Of the blob; they only ever grow (FIDO Metadata Service 3.0 §3.1.6). */
  no: number;
  takenAt: number;
  /** The address or file that it came from. */
  source: string;
  /** What the source said, to ask it for something newer. */
  etag?: string;
  lastModified?: string;
}

/** The blob as it was signed, from which everything else is made again, and checked again, at each start. */
export interface MetadataBlob extends MetadataHead {
  /** See `packBlob`. */
  packed: string;
}

/** The last time that the source was asked, by whichever instance. */
export interface MetadataAttempt {
  at: number;
  /** `taken`, `unchanged`, or the reason why what came was refused. */
  result: string;
  /** For an operator: what precisely. */
  detail?: string;
  /** In a row. */
  failures: number;
}

/**
 * The blob, the highest number ever taken, and how asking went: three records, each written in one step. A blob is
 * written before its number, so a crash between the two leaves a good blob, and the next load writes the number.
 */
export interface FidoMetadataRepository {
  findHead(): Promise<MetadataHead | undefined>;
  find(): Promise<MetadataBlob | undefined>;
  /** Replaces the blob whole, unless one with a higher number is there; tells whether. */
  recordBlob(blob: MetadataBlob): Promise<boolean>;
  /** The highest number stays. */
  remove(): Promise<void>;
  /** The highest number ever taken of an authority, by its `Trust.authority`; 0 before the first. */
  findHighest(authority: string): Promise<number>;
  /** Compare-and-set: it never goes down. Tells whether it went up. */
  recordHighest(authority: string, no: number): Promise<boolean>;
  findAttempt(): Promise<MetadataAttempt | undefined>;
  recordAttempt(attempt: MetadataAttempt): Promise<void>;
}
