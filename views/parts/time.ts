import { type Html, html } from '../html.ts';
import type { Locale } from '../words.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * A moment in words that hold in every time zone, since the server does not know the reader's: "3 hours ago" within
 * a week, the date before that.
 */
export function moment(locale: Locale, at: number, now: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${describeMoment(locale, at, now)}</time>`;
}

export function describeMoment(locale: Locale, at: number, now: number): string {
  const past = Math.max(0, now - at);
  const { relative, date } = formatsOf(locale);
  if (past < minute) return relative.format(0, 'second');
  if (past < hour) return relative.format(-Math.floor(past / minute), 'minute');
  if (past < day) return relative.format(-Math.floor(past / hour), 'hour');
  if (past < 7 * day) return relative.format(-Math.floor(past / day), 'day');
  return date.format(at);
}

interface Formats {
  relative: Intl.RelativeTimeFormat;
  date: Intl.DateTimeFormat;
}

/** Kept, because making one costs more than rendering a page. */
const formats = new Map<Locale, Formats>();

function formatsOf(locale: Locale): Formats {
  const known = formats.get(locale);
  if (known) return known;
  const made = {
    relative: new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }),
    date: new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }),
  };
  formats.set(locale, made);
  return made;
}
