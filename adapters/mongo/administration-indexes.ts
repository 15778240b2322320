import { accountAppsIndexes } from './account-apps-indexes.ts';
import { accountEmailIndexes } from './account-email-indexes.ts';
import { apisIndexes } from './apis-indexes.ts';
import { appIndexes } from './app-indexes.ts';
import { auditEventsIndexes } from './audit-events-indexes.ts';
import { figuresIndexes } from './figures-indexes.ts';
import { recoveryIndexes } from './recovery-indexes.ts';
import { resealIndexes } from './reseal-indexes.ts';
import type { Index } from './schema.ts';
import { searchIndexes } from './search-indexes.ts';
import { sessionListsIndexes } from './session-lists-indexes.ts';

/** What administrators work with: one part a noun. */
export const administrationIndexes: readonly Record<string, readonly Index[]>[] = [
  auditEventsIndexes,
  figuresIndexes,
  searchIndexes,
  sessionListsIndexes,
  recoveryIndexes,
  appIndexes,
  resealIndexes,
  accountEmailIndexes,
  accountAppsIndexes,
  apisIndexes,
];
