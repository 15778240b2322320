import { keysPage } from '../../views/console/keys.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import { act } from './problems.ts';
import { type Answer, type ConsoleRoute, may, noticeOf, type Visit } from './visit.ts';

export const keyRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/keys', run: showKeys },
  { method: 'POST', path: '/keys/rotate', run: rotate },
];

async function showKeys(visit: Visit): Promise<Answer> {
  const { signing, receipts, certificates } = await visit.admin.keys.list({});
  return {
    page: keysPage(visit.page, {
      signingKeys: signing.map(({ alg: algorithm, ...key }) => ({ ...key, algorithm })),
      receiptKeys: receipts.map(({ id, status, createdAt }) => ({
        ...{ id, status, algorithm: 'ES256' },
        ...(createdAt !== undefined && { createdAt }),
      })),
      certificates,
      mayRotate: may(visit, 'keys:write'),
      ...noticeOf(visit),
    }),
  };
}

function rotate({ admin, form }: Visit): Promise<Answer> {
  return act(consoleUrls.keys, { kind: 'success', key: 'done.keysRotated' }, () =>
    admin.keys.rotate({ urgent: form.has('urgent') }),
  );
}
