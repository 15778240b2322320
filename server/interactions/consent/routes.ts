import { z } from 'zod';
import { consentPage } from '../../../views/pages/consent.ts';
import { definedItems, scopeItems } from '../../accounts/presentation.ts';
import { isOf } from '../../apis/allowed.ts';
import type { App } from '../../apps/app.ts';
import { AppError } from '../../errors.ts';
import { readBody } from '../../http/input.ts';
import { showPage } from '../../http/page.ts';
import { saved } from '../../oidc/grants.ts';
import { findSession } from '../../oidc/start-session.ts';
import { appOf, endInteraction } from '../interaction.ts';
import { appFace, consentUrls } from '../pages.ts';
import { personOf } from '../person.ts';
import type { Handler } from '../routes.ts';
import {
  allow,
  allowOfApis,
  askedOfApis,
  attributesTold,
  requestedScopes,
  scopesToAllow,
} from './consent.ts';

const nothing = z.strictObject({});

export const showConsent: Handler = async (dependencies, ctx, interaction) => {
  const { groups, findApp, readPage, config, apis, attributeDefinitions } = dependencies;
  const [app, account] = await Promise.all([
    findApp(appOf(interaction)),
    personOf(dependencies, ctx, interaction),
  ]);
  if (!app) throw new AppError('interaction_expired', { detail: 'its app is gone' });
  const requested = requestedScopes(interaction, { app, account, issuer: config.issuer });
  const ofApis = await askedOfApis(interaction, { apis, appId: app.id });
  const view = {
    account,
    groups: await groups.findMany(account.groups),
    days: config.lifetimes.refreshToken / 86_400,
    attributes: app.claims ? attributesTold({ app, account }, await attributeDefinitions.list()) : [],
  };
  const data = {
    app: { ...appFace(app, interaction.params.redirect_uri), ...vouchedFor(app) },
    person: account,
    items: [
      ...scopeItems(scopesToAllow(interaction.prompt.details, requested), view),
      ...definedItems(ofApis),
    ],
    urls: consentUrls(interaction),
  };
  showPage(ctx, consentPage(readPage(ctx), data));
};

/** Nobody looked at an app that anybody could register, or that says itself what it is. */
function vouchedFor({ id, origin, registration }: App) {
  if (origin === 'document') return { vouchedFor: { host: URL.parse(id)?.host ?? id } };
  const byAnybody = origin === 'dynamic' && registration?.initialAccessToken === undefined;
  return byAnybody ? { vouchedFor: 'nobody' as const } : {};
}

export const consent: Handler = async (dependencies, ctx, interaction) => {
  await readBody(ctx, nothing);
  const { provider, consents, audit, findApp, apis, config, now } = dependencies;
  if (interaction.prompt.name !== 'consent')
    throw new AppError('interaction_expired', { detail: 'nothing to consent to' });
  const account = await personOf(dependencies, ctx, interaction);
  const { sub, id: accountId } = account;
  const appId = appOf(interaction);
  const app = await findApp(appId);
  const known = interaction.grantId ? await provider.Grant.find(interaction.grantId) : undefined;
  const grant = known ?? new provider.Grant({ accountId: sub, clientId: appId });
  const { issuer } = config;
  const requested = requestedScopes(interaction, { app, account, issuer });
  const allowed = allow(grant, { asked: interaction.prompt.details, requested, issuer });
  const asked = await askedOfApis(interaction, { apis, appId });
  // What the page told of an API is nothing for another one in its place.
  const ofApis = allowOfApis(
    grant,
    asked.filter(({ api }) => isOf(api, interaction.iat)),
  );
  await consents.record({ sub, appId, scopes: allowed, apis: ofApis, grantedAt: now() });
  const session = await findSession(provider, ctx);
  const { jti: grantId } = await saved(grant, session?.signIn);
  await audit.record({
    type: 'consent.given',
    accountId,
    appId,
    details: { scopes: [...allowed, ...Object.values(ofApis).flat()].join(' ') },
  });
  ctx.body = { location: await endInteraction(provider, ctx, { consent: { grantId, sub } }) };
};
