import { randomUUID } from 'node:crypto';
import type { Api } from './api.ts';
import { type CheckedApi, checkApi, type NewApi } from './validation.ts';

interface Making {
  issuer: string;
  /** Milliseconds. */
  now: number;
}

/** A new API from what an administrator says of it. @throws AppError `field_invalid` with every reason */
export function newApi(input: NewApi, { issuer, now }: Making): Api {
  const settings = settingsOf(checkApi(input, { issuer }));
  return { ...settings, id: randomUUID(), createdAt: now, updatedAt: now, revision: 1 };
}

/** What shall be different: `null` takes away what may be absent. */
export type ApiChanges = { [Name in keyof NewApi]?: NewApi[Name] | null };

/** What is not mentioned stays; the audience is what it is known by. @throws AppError `field_invalid` */
export function changedApi(api: Api, changes: ApiChanges, { issuer, now }: Making): Api {
  const said = Object.entries({ ...saidOfApi(api), ...changes }).filter(([, value]) => value !== null);
  const checked = checkApi(Object.fromEntries(said) as NewApi, { issuer });
  const { id, createdAt, revision } = api;
  return { ...settingsOf(checked), id, createdAt, updatedAt: now, revision: revision + 1 };
}

/** As if it had been said just now. */
export function saidOfApi(api: Omit<Api, 'id'> & { id?: string }): NewApi {
  const { id: _, createdAt: _c, updatedAt: _u, revision: _r, ...said } = api;
  return said as NewApi;
}

/** What is not said is not kept. */
function settingsOf({
  detailTypes,
  ...checked
}: CheckedApi): Omit<Api, 'id' | 'createdAt' | 'updatedAt' | 'revision'> {
  return { ...checked, ...(detailTypes && { detailTypes }) };
}
