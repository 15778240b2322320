import type { Administration } from '../admin/operations.ts';
import type { LogoutNotice } from '../storage.ts';
import { instant, table } from './output.ts';

export function noticeLines(
  notices: Awaited<ReturnType<Administration['logoutNotices']['list']>>,
): readonly string[] {
  const rows = notices.map(({ appId, sub, userName = sub, createdAt, lastFailure = '–', ...notice }) => [
    ...[appId, userName, instant(createdAt), standing(notice), lastFailure],
  ]);
  return table(
    ['client id', 'person', 'ended', 'standing', 'last failure'],
    rows,
    'Every app has been told of every session that ended.',
  );
}

/** Where one stands, in a few words. */
export function standing({
  state,
  attempts,
  nextAttemptAt,
}: Pick<LogoutNotice, 'state' | 'attempts' | 'nextAttemptAt'>): string {
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  if (state === 'failed') return `given up after ${tries}`;
  return attempts === 0 ? 'about to be told' : `${tries}, again at ${instant(nextAttemptAt)}`;
}
