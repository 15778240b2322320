/** What an app did wrong lately, so that whoever looks after it can see why people do not get in. */
export interface AppRefusals {
  /** Of the app. */
  id: string;
  /** The latest first. */
  refusals: Refusal[];
  revision: number;
}

/** One thing that went wrong, however often. */
export interface Refusal {
  /** As the app was told, such as `invalid_client` (RFC 6749 §5.2). */
  code: string;
  /** Why, as it stands in the log: the app is told less. */
  reason: string;
  /** The redirect address that the request had. */
  redirectUri?: string;
  count: number;
  firstAt: number;
  at: number;
}

/** One record an app. */
export interface AppRefusalsRepository {
  findById(id: string): Promise<AppRefusals | undefined>;
  /** @throws ConflictError with field `id` */
  insert(refusals: AppRefusals): Promise<void>;
  update(refusals: AppRefusals, expectedRevision: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
}

/** So many different ones are kept, and so many of one code: strangers can send any request in an app's name. */
const most = 20;
const mostOfOne = 5;

/** The record with more in it; what was there is counted on. */
export function withRefusals(before: readonly Refusal[], more: readonly Refusal[]): Refusal[] {
  const byWhat = Map.groupBy([...before, ...more], ({ code, reason, redirectUri }) =>
    JSON.stringify([code, reason, redirectUri]),
  );
  const counted = [...byWhat.values()].map((same) => ({
    ...(same[0] as Refusal),
    count: same.reduce((sum, { count }) => sum + count, 0),
    firstAt: Math.min(...same.map(({ firstAt }) => firstAt)),
    at: Math.max(...same.map(({ at }) => at)),
  }));
  const latest = counted.toSorted((a, b) => b.at - a.at);
  const isKept = (refusal: Refusal) =>
    latest.filter(({ code }) => code === refusal.code).indexOf(refusal) < mostOfOne;
  return latest.filter(isKept).slice(0, most);
}
