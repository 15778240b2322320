import { z } from 'zod';
import { notAllowedPage } from '../../../views/pages/not-allowed.ts';
import { AppError } from '../../errors.ts';
import { readBody } from '../../http/input.ts';
import { showPage } from '../../http/page.ts';
import { switchResult } from '../../oidc/admission.ts';
import { findSession } from '../../oidc/start-session.ts';
import { appOf, endInteraction } from '../interaction.ts';
import { appFace, notAllowedUrls } from '../pages.ts';
import { personOf } from '../person.ts';
import type { Handler } from '../routes.ts';

const nothing = z.strictObject({});

/** For who is signed in and may not use the app. */
export const showNotAllowed: Handler = async (dependencies, ctx, interaction) => {
  const { findApp, readPage } = dependencies;
  const [app, person] = await Promise.all([
    findApp(appOf(interaction)),
    personOf(dependencies, ctx, interaction),
  ]);
  if (!app) throw new AppError('interaction_expired', { detail: 'its app is gone' });
  const reason = interaction.prompt.reasons.includes('group') ? 'group' : 'api';
  const face = appFace(app, interaction.params.redirect_uri);
  showPage(
    ctx,
    notAllowedPage(readPage(ctx), { app: face, person, reason, urls: notAllowedUrls(interaction) }),
    403,
  );
};

/** On to a sign-in as somebody else; the session that is there stays until somebody else has signed in. */
export const useAnother: Handler = async ({ provider }, ctx, interaction) => {
  await readBody(ctx, nothing);
  if (interaction.prompt.name !== 'not_allowed')
    throw new AppError('interaction_expired', { detail: 'no other account was asked for' });
  const session = await findSession(provider, ctx);
  ctx.body = { location: await endInteraction(provider, ctx, switchResult(session?.signIn?.id)) };
};
