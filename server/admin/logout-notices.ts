import { z } from 'zod';
import { accountAppId, demoAppId } from '../apps/builtin-apps.ts';
import { AppError } from '../errors.ts';
import type { LogoutNotice } from '../storage.ts';
import type { AdminContext } from './administration.ts';
import { appRef, operation } from './operation.ts';

type Storage = AdminContext['storage'];

/** So many of each app, which is enough to see what is wrong with it. */
const most = 100;

const noticeShape = z.object({
  id: z.string(),
  appId: z.string(),
  sub: z.string().describe('As the app knows the person.'),
  userName: z.string().exactOptional().describe('Absent where the person is gone.'),
  state: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.int(),
  createdAt: z.int(),
  nextAttemptAt: z.int(),
  lastFailure: z.string().exactOptional(),
});

export const logoutNoticeOperations = {
  list: operation({
    scope: 'sessions:read',
    appOf: ({ app }) => app,
    summary: 'List ended sessions that an app could not be told of',
    description: 'What apps have not been told yet, and what was given up within the last 30 days.',
    http: 'GET /logout-notices',
    input: z.strictObject({ app: appRef.exactOptional() }),
    output: z.array(noticeShape),
    errors: ['not_found'],
    async run({ storage, toldSub }, { app }) {
      const notices = [
        ...(await ofState(storage, 'pending', app)),
        ...(await ofState(storage, 'failed', app)),
      ];
      // One that was removed may have some left.
      if (app !== undefined && notices.length === 0 && !(await isThere(storage, app)))
        throw new AppError('not_found', { field: 'app', detail: `there is no app "${app}"` });
      return Promise.all(
        notices.map(async (notice) => ({
          ...notice,
          ...(await nameOf(storage, notice)),
          sub: toldSub(notice),
        })),
      );
    },
  }),
};

async function ofState(
  { logoutNotices }: Storage,
  state: LogoutNotice['state'],
  app?: string,
): Promise<LogoutNotice[]> {
  const listOf = (appId: string) =>
    logoutNotices.list({ state, appId, until: Number.MAX_SAFE_INTEGER, limit: most });
  if (app !== undefined) return listOf(app);
  const found: LogoutNotice[] = [];
  let appId = await logoutNotices.findNextApp({ state, after: '' });
  while (appId !== undefined) {
    found.push(...(await listOf(appId)));
    appId = await logoutNotices.findNextApp({ state, after: appId });
  }
  return found;
}

async function isThere({ apps }: Storage, app: string): Promise<boolean> {
  return [accountAppId, demoAppId].includes(app) || (await apps.findById(app)) !== undefined;
}

async function nameOf({ accounts }: Storage, { sub }: LogoutNotice): Promise<{ userName?: string }> {
  const account = await accounts.findBySub(sub);
  return account ? { userName: account.userName } : {};
}
