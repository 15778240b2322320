import { z } from 'zod';
import { fewPasskeysPage } from '../../../views/pages/few-passkeys.ts';
import { AppError } from '../../errors.ts';
import { readBody } from '../../http/input.ts';
import { showPage } from '../../http/page.ts';
import type { FewPasskeys } from '../../oidc/few-passkeys.ts';
import { appOf, endInteraction } from '../interaction.ts';
import { askingApp, fewPasskeysUrls } from '../pages.ts';
import type { Handler } from '../routes.ts';

const nothing = z.strictObject({});

/** Between a sign-in and the app, for who has fewer passkeys than the organization asks for. */
export const showFewPasskeys: Handler = async ({ findApp, readPage }, ctx, interaction) => {
  const app = await findApp(appOf(interaction));
  const { count, least, isDoubted } = interaction.prompt.details as unknown as FewPasskeys;
  const data = {
    ...askingApp(app, interaction),
    count,
    least,
    isDoubted,
    urls: fewPasskeysUrls(interaction),
  };
  showPage(ctx, fewPasskeysPage(readPage(ctx), data));
};

/** Nobody has to: whoever goes on is asked again at the next sign-in. */
export const putOff: Handler = async ({ provider }, ctx, interaction) => {
  await readBody(ctx, nothing);
  if (interaction.prompt.name !== 'few_passkeys')
    throw new AppError('interaction_expired', { detail: 'nothing to put off' });
  ctx.body = { location: await endInteraction(provider, ctx, { few_passkeys: {} }) };
};
