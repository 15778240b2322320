import { apiResource } from '../apps/api-scopes.ts';

/** Seconds since the sign-in at which an app may be given a part in administration. */
export const apiSignInAge = 15 * 60;

/** Whether our own API is among what is asked for. */
export const asksForApi = (issuer: string | undefined, params: { resource?: unknown } | undefined): boolean =>
  issuer !== undefined && [params?.resource].flat().includes(apiResource(issuer));
