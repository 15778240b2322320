import { isDeepStrictEqual } from 'node:util';
import type { App } from './app.ts';
import type { AppChanges } from './validation.ts';

/** Whether whoever changes it becomes the app: by how it shows who it is, or where what it is given goes. */
const isProof: Record<keyof AppChanges, boolean> = {
  redirectUris: true,
  tokenEndpointAuthMethod: true,
  jwks: true,
  jwksUri: true,
  clientCertificate: true,
  certificateBoundAccessTokens: true,
  pkce: true,
  security: true,
  forwardAuth: true,
  name: false,
  postLogoutRedirectUris: false,
  scopes: false,
  consent: false,
  idTokenSignedResponseAlg: false,
  lifetimes: false,
  defaultAcrValues: false,
  defaultMaxAge: false,
  initiateLoginUri: false,
  logoUri: false,
  backchannelLogoutUri: false,
  backchannelLogoutSessionRequired: false,
  frontchannelLogoutUri: false,
  frontchannelLogoutSessionRequired: false,
  ciba: false,
  subjectType: false,
  sectorIdentifierUri: false,
  allowedGroups: false,
  claims: false,
  apiScopes: false,
  tokenExchange: false,
};

const proofs = (Object.keys(isProof) as (keyof AppChanges)[]).filter((field) => isProof[field]);

/** The first field by which somebody else could be the app afterwards. */
export const changedProof = (before: App, after: App): keyof AppChanges | undefined =>
  proofs.find((field) => !isDeepStrictEqual(before[field], after[field]));

/** It stands in the place of people: whoever becomes it does. */
export const mayImpersonate = ({ tokenExchange }: Pick<App, 'tokenExchange'>): boolean =>
  (tokenExchange?.impersonates ?? []).length > 0;
