/** By which `sub` an app knows people: the same as every app, or one of its sector alone (OIDC Core §8). */
import type { z } from 'zod';
import type { App, AppKind } from './app.ts';
import { isLoopback, redirectUriProblem } from './redirect-uri.ts';

type Subjects = Pick<App, 'subjectType' | 'sectorIdentifierUri' | 'redirectUris'>;

/** The host that stands for all apps that know people by the same `sub`; absent where that is the same everywhere. */
export function sectorOf(app: Subjects): string | undefined {
  if (app.subjectType !== 'pairwise') return undefined;
  return new URL(app.sectorIdentifierUri ?? app.redirectUris[0] ?? '').hostname;
}

/** The `sub` of an account as an app is told it. Of an app that is gone there is none but the account's own. */
export type SubjectOf = (app: Subjects | undefined, sub: string) => string;

/** @param pairwise makes the `sub` of somebody in a sector */
export function createSubjects(pairwise: (sector: string, sub: string) => string): SubjectOf {
  return (app, sub) => {
    const sector = app && sectorOf(app);
    return sector === undefined ? sub : pairwise(sector, sub);
  };
}

/** What was said of an app. */
interface Said {
  kind: AppKind;
  redirectUris: readonly string[];
  forwardAuth?: { origins: readonly string[] } | undefined;
  subjectType?: 'public' | 'pairwise' | undefined;
  sectorIdentifierUri?: string | undefined;
  tokenEndpointAuthMethod?: string | undefined;
  jwksUri?: string | undefined;
  ciba?: object | undefined;
}

type Objection = [field: 'subjectType' | 'sectorIdentifierUri' | 'jwksUri', message: string];

export function checkSubjects(app: Said, context: Pick<z.core.$RefinementCtx<Said>, 'addIssue'>): void {
  for (const [field, message] of objections(app))
    context.addIssue({ code: 'custom', path: [field], message });
}

function* objections(app: Said): Generator<Objection> {
  const { kind, subjectType, sectorIdentifierUri: uri } = app;
  if (subjectType !== 'pairwise') {
    if (uri !== undefined) yield ['sectorIdentifierUri', 'is for the subjectType pairwise'];
    return;
  }
  if (kind === 'machine') return yield ['subjectType', 'is about people: a machine has none'];
  if (kind === 'device')
    return yield [
      'subjectType',
      'must be public for a device app: without a redirect address nothing shows which sector it is of',
    ];
  const problem = uri === undefined ? problemOfHosts(app) : redirectUriProblem(uri, 'web');
  if (problem) yield ['sectorIdentifierUri', uri === undefined ? problem : `${uri} ${problem}`];
  if (app.ciba) yield* objectionsToCiba(app);
}

/** OIDC Core §8.1: one host stands for itself. What any app on a device can have stands for none. */
function problemOfHosts({ kind, redirectUris, forwardAuth }: Said): string | undefined {
  const addresses = forwardAuth?.origins ?? redirectUris;
  const isOfDevice = (address: string) =>
    kind === 'native' && (!address.startsWith('https:') || isLoopback(address));
  if (addresses.some(isOfDevice))
    return 'must be given: a redirect address on the device itself does not say whose the app is';
  const hosts = [...new Set(addresses.map((address) => URL.parse(address)?.hostname ?? ''))];
  return hosts.length > 1
    ? `must be given: the redirect addresses are at several hosts (${hosts.join(', ')}), and a pairwise sub is made for one (OIDC Core §8.1)`
    : undefined;
}

/** CIBA Core §4: such an app may have no redirect address, so its keys show which sector it is of. */
function* objectionsToCiba(app: Said): Generator<Objection> {
  const proves = ['private_key_jwt', 'self_signed_tls_client_auth'];
  if (!proves.includes(app.tokenEndpointAuthMethod ?? '') || app.jwksUri === undefined)
    yield [
      'jwksUri',
      'must be given, with tokenEndpointAuthMethod private_key_jwt or self_signed_tls_client_auth: an app that asks for people by itself shows its sector by its keys (CIBA Core §4)',
    ];
  if (app.sectorIdentifierUri === undefined)
    yield [
      'sectorIdentifierUri',
      'must be given: it lists the jwksUri beside the redirect addresses (CIBA Core §4)',
    ];
}

/** The addresses that the document at the sector identifier must list (OIDC Dynamic Client Registration §5). */
export const addressesInSector = ({ redirectUris, jwksUri, ciba }: App): string[] => [
  ...redirectUris,
  ...(ciba && jwksUri !== undefined ? [jwksUri] : []),
];
