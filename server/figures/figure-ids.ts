import type { Figure } from './figure.ts';
import type { PasskeyKind } from './passkey-holder.ts';

/** What is counted by the hour and by the day. */
export const timedFigures = ['sign-ins', 'failures', 'sessions'] as const;
export type TimedFigure = (typeof timedFigures)[number];

/** What is there, at any moment. */
export const totals = {
  active: 'people/active',
  disabled: 'people/disabled',
  withPasskey: 'people/with-passkey',
  withTwo: 'people/with-two-passkeys',
  apps: 'apps',
  groups: 'groups',
} as const;

export const kindFigure = (kind: PasskeyKind) => `passkeys/${kind}`;

/** Passkeys by model, each under its AAGUID. */
export const modelPrefix = 'models/';

/** Up to which moment the passkey manager's events have been followed; epoch milliseconds. */
export const followedUntil = 'passkey-events/followed-until';

const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** Hours and days begin where they do in UTC. A name sorts as the time does. */
export const spans = {
  hour: { ms: hour, keptFor: 8 * day, digits: 13 },
  day: { ms: day, keptFor: 400 * day, digits: 10 },
} as const;
export type Span = keyof typeof spans;

export const startOf = (span: Span, at: number) => Math.floor(at / spans[span].ms) * spans[span].ms;

/** Such as `sign-ins/hour/2026-11-30T13`. */
export function timedId(what: TimedFigure, span: Span, at: number): string {
  return `${what}/${span}/${new Date(at).toISOString().slice(0, spans[span].digits)}`;
}

/** One more of something that happened now: in its hour, and in its day. */
export function timed(what: TimedFigure, now: number): Figure[] {
  return (['hour', 'day'] as const).map((span) => ({
    id: timedId(what, span, now),
    value: 1,
    expiresAt: startOf(span, now) + spans[span].keptFor,
  }));
}
