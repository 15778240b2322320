import type { Administration } from '../../admin/operations.ts';
import type { AppFacts } from '../../admin/shapes.ts';
import { facts, secretLines } from '../app-lines.ts';
import { table } from '../output.ts';
import type { CommandSpec, Input } from './operation-command.ts';
import { securityChangeOptions, securityOptions, securitySaid, withSecurity } from './security-options.ts';
import { siteOf, siteOptions, withSiteAsItIs } from './site-options.ts';

const kinds =
  'web: has a server of its own; browser: runs in the page; native: on a phone or a computer; device: has no browser; proxied: its gateway asks who is there; machine: nobody signs in';

const options: CommandSpec['options'] = {
  name: ['name', 'as people see it'],
  redirectUris: ['redirect', 'where people come back to'],
  postLogoutRedirectUris: ['post-logout-redirect', 'where people come back to after signing out'],
  scopes: ['scope', 'a scope it may ask for (default: all)'],
  tokenEndpointAuthMethod: ['auth', 'how it proves itself'],
  idTokenSignedResponseAlg: ['alg', 'what signs its ID tokens (default: ES256)'],
  pkce: ['pkce', 'required, or for a web app optional, with a nonce instead, or off (default: required)'],
  lifetimes: ['lifetime', 'seconds that an accessToken, refreshToken or session of it may live at most'],
  defaultAcrValues: ['acr', 'asks for phr or phrh where its requests name no class'],
  defaultMaxAge: ['max-age', 'seconds after which people sign in anew where its requests do not say'],
  initiateLoginUri: ['initiate-login-uri', 'where a sign-in to it begins, for whoever comes from here'],
  logoUri: ['logo', 'address of its picture'],
  backchannelLogoutUri: ['backchannel-logout-uri', 'where its server is told that a session is over'],
  backchannelLogoutSessionRequired: [
    'backchannel-logout-session-required',
    'it is told which session, not only whose',
  ],
  frontchannelLogoutUri: ['frontchannel-logout-uri', 'what a browser that is signed out loads in a frame'],
  frontchannelLogoutSessionRequired: [
    'frontchannel-logout-session-required',
    'that address is told which session',
  ],
  ciba: [
    'ciba',
    'it asks for people by itself: deliveryMode=poll, or =ping with a notificationEndpoint=https://…',
  ],
  subjectType: ['subject-type', 'by which sub it knows people: public, or pairwise (default: public)'],
  sectorIdentifierUri: [
    'sector-identifier-uri',
    'of a pairwise app: lists the redirect addresses of its sector',
  ],
  clientCertificate: [
    'certificate',
    'whose certificate it shows (tls_client_auth): subjectDn, sanDns, sanUri, sanIp or sanEmail',
  ],
  certificateBoundAccessTokens: [
    'certificate-bound-access-tokens',
    'its tokens are good only together with the certificate that it showed',
  ],
  allowedGroups: ['group', 'only people of this group may use it'],
  claims: ['claim', "one of the installation's own claims that it is told"],
  apiScopes: ['api-scope', 'what it may do to this installation, such as people:read'],
  tokenExchange: [
    'token-exchange',
    'apps whose access tokens it may exchange, and which of these it may impersonate people for: {"apps":["client-id"],"impersonates":["client-id"]}',
  ],
  jwks: ['jwks', 'public keys that its assertions are verified with'],
  jwksUri: ['jwks-uri', 'where its server keeps them instead'],
};

export const appSpecs: Record<string, CommandSpec> = {
  'apps.list': {
    about: 'all apps, or those that a text finds',
    lines(apps: AppFacts[]) {
      const rows = apps.map(({ id, name, kind, redirectUris: [uri] }) => [id, name, kind, uri ?? '–']);
      return table(
        ['client id', 'name', 'kind', 'redirect address'],
        rows,
        'There are no apps: `latchkey app add --help` says how to add one.',
      );
    },
  },
  'apps.add': {
    about: 'register an app',
    positional: ['name'],
    options: {
      ...options,
      id: ['id', 'the client id (default: a random one)'],
      kind: ['kind', `${kinds} (default: web)`],
    },
    without: ['consent', 'forwardAuth', 'security'],
    more: [['--first-party', 'nobody is asked for consent'], ...siteOptions, ...securityOptions],
    inputOf: (said, { firstParty, ...more }) => ({
      kind: more.origin ? 'proxied' : 'web',
      ...said,
      ...siteOf(more),
      ...securitySaid(more),
      ...(firstParty === true && { consent: 'implicit' }),
    }),
    prepare: withGroupIds,
    lines: ({ app, secret }: { app: AppFacts; secret?: string }) => [
      `Registered ${app.name}.`,
      ...facts(app),
      ...(secret ? secretLines(secret) : []),
    ],
  },
  'apps.update': {
    about: 'change an app; what is not named stays',
    options: {
      ...options,
      newSubjects: ['new-subjects', 'also where people who used it are told it by another sub from then on'],
    },
    without: ['consent', 'forwardAuth', 'security'],
    more: [
      ['--first-party', 'nobody is asked for consent'],
      ['--no-first-party', 'people are asked for consent'],
      ...siteOptions,
      ...securityChangeOptions,
    ],
    inputOf: (said, { firstParty, ...more }) => ({
      ...said,
      ...siteOf(more),
      ...securitySaid(more),
      ...(firstParty !== undefined && { consent: firstParty ? 'implicit' : 'explicit' }),
      // Without an address there is nothing left to say of it.
      ...(said.backchannelLogoutUri === null && { backchannelLogoutSessionRequired: null }),
      ...(said.frontchannelLogoutUri === null && { frontchannelLogoutSessionRequired: null }),
    }),
    prepare: async (administration, input) =>
      withSecurity(
        administration,
        await withSiteAsItIs(administration, await withGroupIds(administration, input)),
      ),
    lines: (app: AppFacts) => facts(app),
  },
  'apps.remove': {
    about: 'remove an app; what was issued to it ends at once',
    lines: ({ ended }: { ended: number }, { id }) => [
      `Removed ${id}. ${ended} of its codes, tokens and grants ended.`,
    ],
  },
  'apps.rotateSecret': {
    about: 'make another client secret',
    options: { previousHours: ['previous-hours', 'how long the one before goes on (default: 24)'] },
    lines: ({ secret }: { secret: string }, { previousHours = 24 }) => [
      ...secretLines(secret),
      `The one before ends in ${previousHours} hours.`,
    ],
  },
  'apps.removeSecret': {
    command: 'app remove-secret',
    about: 'end one of the secrets of an app at once',
    lines: (app: AppFacts, { secretId }) => [`Ended the secret ${secretId}.`, ...facts(app)],
  },
};

/** Groups are named by whoever types; an id of one that is gone is refused by the operation. */
async function withGroupIds({ groups }: Administration, input: Input): Promise<Input> {
  const { allowedGroups } = input as { allowedGroups?: string[] | null };
  if (!allowedGroups) return input;
  const found = await Promise.all(allowedGroups.map((group) => groups.show({ group })));
  return { ...input, allowedGroups: found.map(({ id }) => id) };
}
