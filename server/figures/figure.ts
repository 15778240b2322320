/** One counter: kept with the writes that it counts, so that nobody ever has to count what is there. */
export interface Figure {
  /** What it counts, and of what time: see `figure-ids.ts`. */
  id: string;
  value: number;
  /** When the record may be cleaned up: those of an hour or a day. */
  expiresAt?: number;
}

/** Where figures are kept. Each change is atomic on one of them, whichever instance it comes from. */
export interface FigureRepository {
  /** Adds these values, to each one by itself. One that is not there begins at 0. */
  add(figures: readonly Figure[]): Promise<void>;
  /** Sets a value unless the stored one is higher. */
  recordHighest(figure: Figure): Promise<void>;
  /** Those of these ids that exist, in no order. */
  findMany(ids: readonly string[]): Promise<Figure[]>;
  /** Those whose id begins so, in order of id. */
  listByPrefix(prefix: string): Promise<Figure[]>;
  removeExpired(now: number): Promise<number>;
}
