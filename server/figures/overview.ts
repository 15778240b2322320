import type { Figure, FigureRepository } from './figure.ts';
import {
  kindFigure,
  modelPrefix,
  type Span,
  spans,
  startOf,
  type TimedFigure,
  timedFigures,
  timedId,
  totals,
} from './figure-ids.ts';
import { passkeyKinds } from './passkey-holder.ts';

/** What happened in an hour or a day. */
export interface Stretch {
  /** When it began; the last one is not over. */
  at: number;
  signIns: number;
  failures: number;
  sessions: number;
}

/** What the figures say of an installation, ready to be drawn. Shares go from 0 to 1. */
export interface Overview {
  /** The last 24 hours and the last 30 days, in UTC, oldest first: none is left out. */
  hours: Stretch[];
  days: Stretch[];
  people: {
    total: number;
    active: number;
    disabled: number;
    withPasskey: Part;
    withTwoPasskeys: Part;
  };
  passkeys: { total: number; deviceBound: Part; synced: Part; unknown: Part };
  /** Those in use, the most frequent first. */
  models: (Part & { aaguid: string })[];
  apps: number;
  groups: number;
}

export interface Part {
  count: number;
  share: number;
}

const lengths = { hour: 24, day: 30 } as const;

/** A figure that drifted below nothing is nothing. */
export function readOverview(figures: readonly Figure[], now: number): Overview {
  const values = new Map(figures.map(({ id, value }) => [id, Math.max(0, value)]));
  const value = (id: string) => values.get(id) ?? 0;
  const part = (count: number, whole: number): Part => ({ count, share: whole > 0 ? count / whole : 0 });
  const stretches = (span: Span): Stretch[] =>
    timesOf(span, now).map((at) => {
      const of = (what: TimedFigure) => value(timedId(what, span, at));
      return { at, signIns: of('sign-ins'), failures: of('failures'), sessions: of('sessions') };
    });
  const [active, disabled] = [value(totals.active), value(totals.disabled)];
  const total = active + disabled;
  const [deviceBound = 0, synced = 0, unknown = 0] = passkeyKinds.map((kind) => value(kindFigure(kind)));
  const all = deviceBound + synced + unknown;
  const models = [...values]
    .filter(([id, count]) => id.startsWith(modelPrefix) && count > 0)
    .map(([id, count]) => ({ aaguid: id.slice(modelPrefix.length), ...part(count, all) }));
  return {
    hours: stretches('hour'),
    days: stretches('day'),
    people: {
      ...{ total, active, disabled },
      withPasskey: part(value(totals.withPasskey), total),
      withTwoPasskeys: part(value(totals.withTwo), total),
    },
    passkeys: {
      total: all,
      deviceBound: part(deviceBound, all),
      synced: part(synced, all),
      unknown: part(unknown, all),
    },
    models: models.sort((a, b) => b.count - a.count || (a.aaguid < b.aaguid ? -1 : 1)),
    apps: value(totals.apps),
    groups: value(totals.groups),
  };
}

/** All that `readOverview` draws from: some 200 figures by their ids, and one for each model in use. */
export async function findFigures(
  figures: Pick<FigureRepository, 'findMany' | 'listByPrefix'>,
  now: number,
): Promise<Figure[]> {
  const timed = (['hour', 'day'] as const).flatMap((span) =>
    timesOf(span, now).flatMap((at) => timedFigures.map((what) => timedId(what, span, at))),
  );
  const ids = [...timed, ...Object.values(totals), ...passkeyKinds.map(kindFigure)];
  const [known, models] = await Promise.all([figures.findMany(ids), figures.listByPrefix(modelPrefix)]);
  return [...known, ...models];
}

function timesOf(span: Span, now: number): number[] {
  const last = startOf(span, now);
  return Array.from(
    { length: lengths[span] },
    (_, index) => last - (lengths[span] - 1 - index) * spans[span].ms,
  );
}
