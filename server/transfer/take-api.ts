import { isDeepStrictEqual } from 'node:util';
import type { Api } from '../apis/api.ts';
import { saidOfApi } from '../apis/create-api.ts';
import { checkApi } from '../apis/validation.ts';
import { AppError, ConflictError } from '../errors.ts';
import type { Taking } from './taking.ts';

/** An API is known by its audience; of its apps come those that came themselves. */
export async function takeApi(taking: Taking, carried: Api): Promise<void> {
  const { storage, report, store, appIds, issuer } = taking;
  const about = { kind: 'api', item: carried.audience };
  const known = (await storage.apis.list()).find(({ audience }) => audience === carried.audience);
  if (known && isSame(known, carried)) return report.count('api', 'present');
  if (known)
    return report.conflict({
      ...about,
      reason: 'audience_taken',
      text: 'is the audience of another API here',
    });
  try {
    checkApi(saidOfApi(carried), { issuer });
    const api = {
      ...carried,
      apps: carried.apps.filter(({ id }) => appIds.has(id)),
      introspectedBy: carried.introspectedBy.filter((id) => appIds.has(id)),
      revision: 1,
    };
    if (store) await storage.apis.insert(api);
  } catch (error) {
    if (error instanceof ConflictError) return takeApi(taking, carried);
    if (!(error instanceof AppError) || error.code !== 'field_invalid') throw error;
    return report.left({ ...about, reason: 'not_valid', text: `is left: ${error.detail}` });
  }
  report.count('api', 'added');
}

/** The same API, whatever was changed of it since. */
const isSame = (known: Api, { id, name, scopes }: Api): boolean =>
  known.id === id || (known.name === name && isDeepStrictEqual(known.scopes, scopes));
