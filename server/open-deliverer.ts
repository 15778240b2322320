import { createDeliverer, type Deliverer } from './logout-notices/deliver.ts';
import type { LogoutNotice } from './logout-notices/logout-notice.ts';
import { createSender } from './logout-notices/send.ts';
import type { RoomDependencies } from './rooms.ts';

/** Tells apps that their sessions are over. */
export function openDeliverer(
  { outbound, storage, apps, audit, onLogoutNotice, log, now }: RoomDependencies,
  tokenOf: (notice: LogoutNotice) => Promise<string>,
): Deliverer {
  return createDeliverer({
    repository: storage.logoutNotices,
    findApp: apps.find,
    tokenOf,
    findAccountId: async (sub) => (await storage.accounts.findBySub(sub))?.id,
    send: createSender(outbound),
    record: audit.record,
    onResult: onLogoutNotice,
    log,
    now,
  });
}
