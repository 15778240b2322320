import type { Administration } from '../admin/operations.ts';
import type { AppFacts } from '../admin/shapes.ts';
import { instant } from './output.ts';

/** What it could not be told, for each reason once. */
export function untold({
  logoutNotices,
}: {
  logoutNotices: Awaited<ReturnType<Administration['logoutNotices']['list']>>;
}): string[] {
  const byMeaning = Map.groupBy(
    logoutNotices,
    ({ state, lastFailure }) =>
      `${state === 'failed' ? 'could not be told' : 'not told yet'}${lastFailure ? `: ${lastFailure}` : ''}`,
  );
  return [...byMeaning].map(
    ([meaning, { length }]) => `  ${length === 1 ? '1 sign-out' : `${length} sign-outs`} ${meaning}`,
  );
}

export function facts(app: AppFacts): string[] {
  const facts: [string, string][] = [
    ['client id', app.id],
    ['name', app.name],
    ['kind', app.kind],
    ...siteFacts(app),
    ['redirect addresses', app.redirectUris.join(' ') || '–'],
    ['after signing out', app.postLogoutRedirectUris.join(' ') || '–'],
    ['told of sign-outs', logoutFact(app)],
    ...(app.frontchannelLogoutUri ? [['in the browser', frameFact(app)] as [string, string]] : []),
    ['scopes', app.scopes.join(' ') || '–'],
    ...(app.subjectType ? [['knows people by', subjectFact(app)] as [string, string]] : []),
    ['consent', app.consent === 'explicit' ? 'people are asked' : 'first-party: nobody is asked'],
    ['PKCE', app.pkce],
    ...(app.defaultAcrValues ? [['asks for', app.defaultAcrValues.join(' ')] as [string, string]] : []),
    ...startFacts(app),
    ...(app.allowedGroups ? [['for groups', app.allowedGroups.join(' ')] as [string, string]] : []),
    ...(app.claims ? [['own claims', app.claims.join(' ')] as [string, string]] : []),
    ...(app.apiScopes ? [['may do here', app.apiScopes.join(' ')] as [string, string]] : []),
    ...(app.security ? [['security', securityFact(app)] as [string, string]] : []),
    ...standingInFacts(app),
    ['proves itself by', app.tokenEndpointAuthMethod],
    ...Object.entries(app.clientCertificate ?? {}).map((pair): [string, string] => [
      'certificate',
      pair.join(' '),
    ]),
    ...(app.certificateBoundAccessTokens ? [['tokens', 'bound to its certificate'] as [string, string]] : []),
    ['ID tokens', app.idTokenSignedResponseAlg],
    ...app.secrets.map(({ id, createdAt, expiresAt }): [string, string] => [
      'secret',
      `${id} of ${instant(createdAt)}${expiresAt === undefined ? '' : `, ends ${instant(expiresAt)}`}`,
    ]),
  ];
  return facts
    .filter(([name]) => app.kind !== 'machine' || !ofPeople.has(name))
    .map(([name, value]) => `  ${name.padEnd(21)}${value}`);
}

/** A machine speaks for itself: nobody signs in to it. */
const ofPeople: ReadonlySet<string> = new Set([
  ...['redirect addresses', 'after signing out', 'told of sign-outs', 'scopes'],
  ...['consent', 'PKCE', 'ID tokens'],
]);

/** What it does with people who are not in front of it. */
function standingInFacts({ ciba, tokenExchange }: AppFacts): [string, string][] {
  const { apps = [], impersonates = [] } = tokenExchange ?? {};
  const asks = ciba && [ciba.deliveryMode, ciba.notificationEndpoint].filter(Boolean).join(' ');
  return [
    ...(asks ? [['asks for people', asks] as [string, string]] : []),
    ...(apps.length > 0 ? [['exchanges tokens of', apps.join(' ')] as [string, string]] : []),
    ...(impersonates.length > 0
      ? [['IMPERSONATES', `people of ${impersonates.join(' ')}`] as [string, string]]
      : []),
  ];
}

function startFacts({ defaultMaxAge, initiateLoginUri }: AppFacts): [string, string][] {
  return [
    ...(defaultMaxAge === undefined ? [] : [['asks again after', `${defaultMaxAge} s`] as [string, string]]),
    ...(initiateLoginUri === undefined ? [] : [['begins at', initiateLoginUri] as [string, string]]),
  ];
}

function subjectFact({ sectorIdentifierUri }: AppFacts): string {
  return `pairwise subs${sectorIdentifierUri ? `, of the sector at ${sectorIdentifierUri}` : ''}`;
}

function siteFacts({ forwardAuth }: AppFacts): [string, string][] {
  if (!forwardAuth) return [];
  const { origins, acr, openPaths, remoteUser } = forwardAuth;
  return [
    ['is at', origins.join(' ')],
    ...(openPaths ? [['open to anybody', openPaths.join(' ')] as [string, string]] : []),
    ...(acr ? [['asks for', acr] as [string, string]] : []),
    ['plain headers', remoteUser ? `Remote-User is the ${remoteUser}` : '–'],
  ];
}

/** Of a profile its name: what it brings is in its standard. */
function securityFact({ security = {} }: AppFacts): string {
  const facts = Object.entries(security).map(([name, value]) => (value === true ? name : `${name}=${value}`));
  return facts.join(' ');
}

function logoutFact({ backchannelLogoutUri, backchannelLogoutSessionRequired }: AppFacts): string {
  if (backchannelLogoutUri === undefined) return '–';
  return `${backchannelLogoutUri}, by ${backchannelLogoutSessionRequired ? 'session' : 'person'}`;
}

function frameFact({ frontchannelLogoutUri, frontchannelLogoutSessionRequired }: AppFacts): string {
  return `${frontchannelLogoutUri}${frontchannelLogoutSessionRequired ? ', by session' : ''}`;
}

export function secretLines(secret: string): string[] {
  return [`Client secret: ${secret}`, 'Keep it now: it is stored nowhere and cannot be shown again.'];
}
