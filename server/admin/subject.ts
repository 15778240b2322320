/** Whom and what a change is about, before it begins: an intent that was broken off is closed by looking at that. */
import type { NewAuditEvent } from '../audit/audit.ts';
import type { Finding } from '../audit/changes.ts';
import type { AuditEvent } from '../audit/event.ts';
import type { AdminContext } from './administration.ts';
import { findApi, findGroup, findPerson } from './find.ts';

type Subject = Pick<NewAuditEvent, 'accountId' | 'appId' | 'passkeyId' | 'details'>;

interface Named {
  user?: string;
  group?: string;
  app?: string;
  api?: string;
  id?: string;
  passkeyId?: string;
}

/**
 * By the names that inputs have in common. Ids alone, and the revision of the record that is to change.
 * @throws AppError `not_found` where what it is about is not there: then nothing is begun
 */
export async function subjectOf(
  { storage }: Pick<AdminContext, 'storage'>,
  area: string,
  input: unknown,
): Promise<Subject> {
  const {
    user,
    group: groupName,
    id,
    passkeyId,
    api: apiRef,
    app: appId = area === 'apps' ? id : undefined,
  } = input as Named;
  const account = user === undefined ? undefined : await findPerson(storage.accounts, user);
  const group = groupName === undefined ? undefined : await findGroup(storage.groups, groupName);
  const app = appId === undefined ? undefined : await storage.apps.findById(appId);
  const api = apiRef === undefined ? undefined : await findApi(storage, apiRef);
  const revision = (group ?? account ?? app ?? api)?.revision;
  return {
    ...(account && { accountId: account.id }),
    ...(app && { appId: app.id }),
    ...(passkeyId !== undefined && { passkeyId }),
    ...((group || revision !== undefined) && {
      details: {
        ...(group && { group: group.id }),
        ...(api && { api: api.id }),
        ...(revision !== undefined && { revision }),
      },
    }),
  };
}

type Stored = { revision: number; status?: string } | undefined;

/** What came of an intent, by what is stored now. What leaves no trace of its own is not known. */
export async function findingOf(
  { storage }: Pick<AdminContext, 'storage'>,
  { type, accountId, appId, details }: Pick<AuditEvent, 'type' | 'accountId' | 'appId' | 'details'>,
): Promise<Finding> {
  const [noun, verb] = type.split('.');
  const { group, api } = details ?? {};
  if (noun === 'account' && accountId !== undefined)
    return judge(await storage.accounts.findById(accountId), { verb, details });
  if (noun === 'app' && appId !== undefined)
    return judge(await storage.apps.findById(appId), { verb, details });
  if (noun === 'api' && typeof api === 'string')
    return judge(await storage.apis.findById(api), { verb, details });
  // Who is in a group stands on the account.
  if (noun === 'group' && typeof group === 'string' && accountId === undefined)
    return judge(await storage.groups.findById(group), { verb, details });
  return 'unknown';
}

function judge(
  stored: Stored,
  { verb, details }: { verb: string | undefined; details: AuditEvent['details'] },
): Finding {
  if (verb === 'removed') return stored ? 'not_done' : 'done';
  if (!stored || typeof details?.revision !== 'number') return 'unknown';
  if (verb === 'disabled') return stored.status === 'disabled' ? 'done' : 'not_done';
  if (verb === 'enabled') return stored.status === 'active' ? 'done' : 'not_done';
  if (verb === 'changed') return stored.revision > details.revision ? 'done' : 'not_done';
  return 'unknown';
}
