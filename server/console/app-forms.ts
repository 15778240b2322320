import { type AppFields, type AppFormData, appFormPage } from '../../views/console/apps/app-form.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import type { AppFacts } from '../admin/shapes.ts';
import { type ApiScope, apiScopes } from '../apps/api-scopes.ts';
import { knownScopes } from '../apps/validation.ts';
import { securityChanges, securityFieldsOf, typedSecurity } from './app-security.ts';
import { groupName } from './person-data.ts';
import { attempt, ifAllowed } from './problems.ts';
import { siteFieldsOf, siteRulesOf, typedSiteFields } from './site-form.ts';
import { startChanges, startFieldsOf, typedStart } from './start-form.ts';
import {
  type Answer,
  type ConsoleRoute,
  lines,
  type noticeOf,
  optional,
  revisionOf,
  text,
  type Visit,
} from './visit.ts';

export const appFormRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/apps/:id/edit', run: (visit) => showChange(visit) },
  { method: 'POST', path: '/apps/:id/edit', run: change },
];

type Again = Pick<AppFormData, 'problems'> & ReturnType<typeof noticeOf>;

const units = { accessTokenMinutes: 60, refreshTokenDays: 86_400, sessionHours: 3600 } as const;

async function showChange(visit: Visit, again?: Again): Promise<Answer> {
  const { admin, page, params, form } = visit;
  const app = await admin.apps.show({ id: params.id ?? '' });
  const groups = await groupsToOffer(visit, app);
  return {
    page: appFormPage(page, {
      app,
      fields: again ? typedFields(form) : fieldsOf(app),
      scopes: knownScopes,
      algorithms: await visit.algorithms(),
      certificateMethods: visit.certificateMethods,
      apiScopes: grantable(visit, app).map((value) => ({ value, hint: '' })),
      groups,
      ...(again ?? { problems: {} }),
    }),
  };
}

/**
 * The app's own come first, whether or not they can be read: one that is not offered would be taken away, and an app
 * without any is for everybody.
 */
async function groupsToOffer(visit: Visit, { allowedGroups = [] }: AppFacts) {
  const own = await Promise.all(allowedGroups.map((id) => groupName(visit, id)));
  const listed = await ifAllowed(() => visit.admin.groups.list({ limit: 100 }));
  const others = (listed?.items ?? []).filter(({ id }) => !allowedGroups.includes(id));
  return [...own, ...others.map(({ id, name }) => ({ id, name }))];
}

/** Nobody gives an app what they lack. A page that runs in a browser alone gets none. */
function grantable({ permissions }: Visit, { kind }: AppFacts): ApiScope[] {
  return kind === 'browser' || kind === 'proxied'
    ? []
    : apiScopes.filter((scope) => permissions.scopes.has(scope));
}

function fieldsOf(app: AppFacts): AppFields {
  const { accessToken, refreshToken, session } = app.lifetimes;
  const inUnits = (seconds: number | undefined, unit: number) =>
    seconds === undefined ? '' : String(seconds / unit);
  return {
    name: app.name,
    redirectUris: app.redirectUris.join('\n'),
    postLogoutRedirectUris: app.postLogoutRedirectUris.join('\n'),
    backchannelLogoutUri: app.backchannelLogoutUri ?? '',
    frontchannelLogoutUri: app.frontchannelLogoutUri ?? '',
    isFrameToldSession: app.frontchannelLogoutSessionRequired === true,
    cibaMode: app.ciba?.deliveryMode ?? '',
    notificationEndpoint: app.ciba?.notificationEndpoint ?? '',
    logoUri: app.logoUri ?? '',
    ...startFieldsOf(app),
    consent: app.consent,
    scopes: app.scopes,
    apiScopes: app.apiScopes ?? [],
    claims: app.claims?.join(' ') ?? '',
    allowedGroups: app.allowedGroups ?? [],
    accessTokenMinutes: inUnits(accessToken, units.accessTokenMinutes),
    refreshTokenDays: inUnits(refreshToken, units.refreshTokenDays),
    sessionHours: inUnits(session, units.sessionHours),
    pkce: app.pkce,
    idTokenSignedResponseAlg: app.idTokenSignedResponseAlg,
    site: siteFieldsOf(app.forwardAuth),
    security: securityFieldsOf(app),
    subjects: {
      subjectType: app.subjectType ?? 'public',
      sectorIdentifierUri: app.sectorIdentifierUri ?? '',
      isMeant: false,
    },
  };
}

function typedFields(form: URLSearchParams): AppFields {
  const texts = [
    'name',
    'redirectUris',
    'postLogoutRedirectUris',
    'backchannelLogoutUri',
    'frontchannelLogoutUri',
    'cibaMode',
    'notificationEndpoint',
    'logoUri',
    'consent',
    'claims',
    'accessTokenMinutes',
    'refreshTokenDays',
    'sessionHours',
    'idTokenSignedResponseAlg',
    'pkce',
  ] as const;
  const typed = Object.fromEntries(texts.map((name) => [name, text(form, name)])) as Record<
    (typeof texts)[number],
    string
  >;
  return {
    ...typed,
    ...typedStart(form),
    scopes: form.getAll('scopes'),
    apiScopes: form.getAll('apiScopes'),
    security: typedSecurity(form),
    subjects: {
      subjectType: text(form, 'subjectType'),
      sectorIdentifierUri: text(form, 'sectorIdentifierUri'),
      isMeant: form.has('newSubjects'),
    },
    allowedGroups: form.getAll('allowedGroups'),
    isFrameToldSession: form.has('frontchannelSession'),
    site: typedSiteFields(form),
  };
}

function change(visit: Visit): Promise<Answer> {
  const { admin, params, form } = visit;
  const id = params.id ?? '';
  return attempt(
    visit,
    async () => {
      const app = await admin.apps.show({ id });
      await admin.apps.update({ id, ...changesOf(app, form), ...revisionOf(form) });
      return { to: consoleUrls.app(id), told: { kind: 'success', key: 'done.saved' } };
    },
    (refused) => showChange(visit, { ...refused, problems: { ...refused.byPath, ...refused.problems } }),
  );
}

type Changes = Omit<Parameters<Visit['admin']['apps']['update']>[0], 'id' | 'revision'>;

/** Only what the form of this kind of app has; what is empty is taken away. The operation checks what it says. */
function changesOf(app: AppFacts, form: URLSearchParams): Changes {
  const { kind, lifetimes } = app;
  const some = <T>(values: readonly T[]) => (values.length > 0 ? [...values] : null);
  const common = {
    name: text(form, 'name'),
    apiScopes: some(form.getAll('apiScopes')),
    lifetimes: lifetimesOf(lifetimes, form),
    idTokenSignedResponseAlg: text(form, 'idTokenSignedResponseAlg'),
    ...securityChanges(app, form),
  };
  if (kind === 'machine') return common as Changes;
  return {
    ...common,
    logoUri: optional(form, 'logoUri') ?? null,
    consent: text(form, 'consent'),
    scopes: form.getAll('scopes'),
    claims: some(
      text(form, 'claims')
        .split(/[\s,]+/)
        .filter(Boolean),
    ),
    allowedGroups: some(form.getAll('allowedGroups')),
    ...(kind === 'proxied' && { forwardAuth: siteRulesOf(form) }),
    ...(kind !== 'device' && kind !== 'proxied' && { redirectUris: lines(form, 'redirectUris') }),
    ...(kind !== 'device' && {
      postLogoutRedirectUris: lines(form, 'postLogoutRedirectUris'),
    }),
    ...(form.has('subjectType') && subjectsOf(form)),
    ...startChanges(form),
    ...(kind === 'web' && {
      pkce: text(form, 'pkce'),
      backchannelLogoutUri: optional(form, 'backchannelLogoutUri') ?? null,
      ciba: cibaOf(form),
    }),
    ...((kind === 'web' || kind === 'browser') && inTheBrowser(form)),
  } as Changes;
}

/** An address stays typed where it is not told of: it is kept for `ping` alone. */
function cibaOf(form: URLSearchParams): NonNullable<Changes['ciba']> | null {
  const deliveryMode = optional(form, 'cibaMode') as 'poll' | 'ping' | undefined;
  const notificationEndpoint = deliveryMode === 'ping' ? optional(form, 'notificationEndpoint') : undefined;
  return deliveryMode
    ? { deliveryMode, ...(notificationEndpoint !== undefined && { notificationEndpoint }) }
    : null;
}

function subjectsOf(form: URLSearchParams): Changes {
  const subjectType = text(form, 'subjectType') as 'public' | 'pairwise';
  const sector = subjectType === 'pairwise' ? optional(form, 'sectorIdentifierUri') : undefined;
  return {
    ...{ subjectType, sectorIdentifierUri: sector ?? null },
    ...(form.has('newSubjects') && { newSubjects: true }),
  };
}

function inTheBrowser(form: URLSearchParams): Changes {
  const frontchannelLogoutUri = optional(form, 'frontchannelLogoutUri') ?? null;
  const isToldSession = frontchannelLogoutUri !== null && form.has('frontchannelSession');
  return { frontchannelLogoutUri, frontchannelLogoutSessionRequired: isToldSession || null };
}

function lifetimesOf(before: AppFacts['lifetimes'], form: URLSearchParams): AppFacts['lifetimes'] {
  const given = (name: keyof typeof units) =>
    optional(form, name) ? { seconds: Number(text(form, name)) * units[name] } : undefined;
  const [accessToken, refreshToken, session] = [
    given('accessTokenMinutes'),
    given('refreshTokenDays'),
    given('sessionHours'),
  ];
  return {
    ...(form.has('accessTokenMinutes')
      ? accessToken && { accessToken: accessToken.seconds }
      : before.accessToken && { accessToken: before.accessToken }),
    ...(refreshToken && { refreshToken: refreshToken.seconds }),
    ...(session && { session: session.seconds }),
  };
}
