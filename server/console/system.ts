import { systemPage } from '../../views/console/system.ts';
import { type Answer, type ConsoleRoute, noticeOf, type Visit } from './visit.ts';

export const systemRoutes: readonly ConsoleRoute[] = [{ method: 'GET', path: '/system', run: showSystem }];

/** The doctor looks when asked: it takes a few seconds, and changes nothing. */
async function showSystem(visit: Visit): Promise<Answer> {
  const { admin, page, query } = visit;
  const [shown, examined] = await Promise.all([
    admin.system.show({}),
    query.examine === undefined ? undefined : admin.system.examine({}),
  ]);
  return { page: systemPage(page, { ...shown, ...examined, ...noticeOf(visit) }) };
}
