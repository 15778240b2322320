/** What an app may ask for at an API: pure, of the records as they are now. */
import type { Api } from './api.ts';

/** The scopes that an app may have there, for people or for itself. */
export function allowedScopes(api: Api, appId: string, whose: 'people' | 'machine'): string[] {
  const allowed = api.apps.find(({ id }) => id === appId)?.[whose] ?? [];
  return api.scopes.map(({ name }) => name).filter((scope) => allowed.includes(scope));
}

/** Whether it may be given a token for this API at all. */
export const isAllowed = (api: Api, appId: string): boolean => api.apps.some(({ id }) => id === appId);

/** Whether this token was given for this API, and not for one of the same audience that was there before. */
export const isOf = (api: Api, issuedAtSeconds: number): boolean =>
  // A token of the very second in which the API was made is one of it.
  (issuedAtSeconds + 1) * 1000 > api.createdAt;
