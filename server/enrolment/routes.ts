import Router from '@koa/router';
import type { Context } from 'koa';
import type { Provider } from 'oidc-provider';
import { z } from 'zod';
import { homePage } from '../../views/pages/home.ts';
import { invitationPage } from '../../views/pages/invitation.ts';
import { linkInvalidPage } from '../../views/pages/link-invalid.ts';
import { recoveryPage } from '../../views/pages/recovery.ts';
import { setupLinkPage, setupPage } from '../../views/pages/setup.ts';
import type { InvitationPurpose } from '../accounts/invitation.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { browserBinding, clearCookie, readCookie, setCookie } from '../http/cookies.ts';
import { readBody, readQuery } from '../http/input.ts';
import { type ReadPage, showPage } from '../http/page.ts';
import { surroundings } from '../http/request.ts';
import type { SealedCookie } from '../http/sealed-cookie.ts';
import { startSession } from '../oidc/start-session.ts';
import { beginByLink, type EnrolmentDependencies, finishByLink } from './enrolment.ts';
import { type FoundLink, findLink, hasAdministrator } from './link.ts';
import { profileOf, type TypedProfile } from './typed-profile.ts';

export interface EnrolmentRouteDependencies extends EnrolmentDependencies {
  config: Config;
  provider: Provider;
  readPage: ReadPage;
  /** What was typed, between the two halves of a registration. */
  typedProfile: SealedCookie<TypedProfile>;
}

/** The page of one kind of link. */
interface LinkPage {
  path: 'setup' | 'invitation' | 'recovery';
  purposes: readonly InvitationPurpose[];
  show(dependencies: EnrolmentRouteDependencies, ctx: Context, found: FoundLink): void;
}

const installationOf = ({ relyingParties: [own] }: Config) => ({ rpId: own.rpId, origins: own.origins });
/** The page says which link it shows: another one may be opened in this browser before the person goes on. */
const urlsOf = (path: string, { link }: FoundLink) => {
  const query = new URLSearchParams({ link: link.id });
  return { options: `/${path}/options?${query}`, finish: `/${path}?${query}` };
};

const linkPages: readonly LinkPage[] = [
  {
    path: 'setup',
    purposes: ['setup'],
    show({ readPage, config }, ctx, found) {
      showPage(
        ctx,
        setupPage(readPage(ctx), { installation: installationOf(config), urls: urlsOf('setup', found) }),
      );
    },
  },
  {
    path: 'invitation',
    purposes: ['invitation'],
    show({ readPage, config }, ctx, found) {
      const data = {
        person: accountOf(found),
        installation: installationOf(config),
        urls: urlsOf('invitation', found),
      };
      showPage(ctx, invitationPage(readPage(ctx), data));
    },
  },
  {
    path: 'recovery',
    purposes: ['recovery', 'additional'],
    show({ readPage, config }, ctx, found) {
      const purpose = found.link.purpose === 'additional' ? ('additional' as const) : ('recovery' as const);
      const data = {
        person: accountOf(found),
        purpose,
        installation: installationOf(config),
        urls: urlsOf('recovery', found),
      };
      showPage(ctx, recoveryPage(readPage(ctx), data));
    },
  },
];

const token = z.looseObject({ token: z.string().optional() });
/** What every token looks like: a mail or a chat may have cut it. */
const tokenForm = /^[\w-]{20,200}$/;
const shownLink = z.looseObject({ link: z.string().max(200) });
const profileFields = z.looseObject({});
const registration = z.strictObject({ response: z.looseObject({}) });

/** Links that give a person their passkey: setup, invitation, recovery. */
export function createEnrolmentRoutes(dependencies: EnrolmentRouteDependencies): Router {
  const router = new Router();
  for (const page of linkPages) {
    router
      .get(`/${page.path}`, (ctx) => openPage(dependencies, ctx, page))
      .post(`/${page.path}/options`, (ctx) => giveOptions(dependencies, ctx, page))
      .post(`/${page.path}`, (ctx) => finish(dependencies, ctx, page));
  }
  return router;
}

/** The token leaves the address at once: it would stay in the history and in what the browser sends on. */
async function openPage(
  dependencies: EnrolmentRouteDependencies,
  ctx: Context,
  page: LinkPage,
): Promise<void> {
  const { token: opened } = readQuery(ctx, token);
  if (opened !== undefined && !tokenForm.test(opened)) return showInvalid(dependencies, ctx, page);
  if (opened) {
    setCookie(ctx, page.path, { value: opened, minutes: 60 });
    ctx.status = 303;
    return ctx.redirect(`/${page.path}`);
  }
  const held = readCookie(ctx, page.path);
  if (!held) return withoutLink(dependencies, ctx, page);
  try {
    page.show(dependencies, ctx, await findLink(dependencies, { token: held, purposes: page.purposes }));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'link_invalid') throw error;
    clearCookie(ctx, page.path);
    await showInvalid(dependencies, ctx, page);
  }
}

/** Without a setup link the page says where to find one: whoever comes first does not become administrator. */
async function withoutLink(
  dependencies: EnrolmentRouteDependencies,
  ctx: Context,
  page: LinkPage,
): Promise<void> {
  if (page.path === 'setup' && !(await hasAdministrator(dependencies)))
    return showPage(ctx, setupLinkPage(dependencies.readPage(ctx)));
  await showInvalid(dependencies, ctx, page);
}

async function showInvalid(
  dependencies: EnrolmentRouteDependencies,
  ctx: Context,
  { path }: LinkPage,
): Promise<void> {
  const { readPage } = dependencies;
  // Set up already, perhaps by the very person who came back with the browser's button: there is nothing to repeat.
  if (path === 'setup' && (await hasAdministrator(dependencies)))
    return showPage(ctx, homePage(readPage(ctx), { hasAdministrator: true, accountUrl: '/account' }), 410);
  showPage(ctx, linkInvalidPage(readPage(ctx), { purpose: path, signInUrl: '/account' }), 410);
}

async function giveOptions(
  dependencies: EnrolmentRouteDependencies,
  ctx: Context,
  page: LinkPage,
): Promise<void> {
  const fields = await readBody(ctx, profileFields);
  const link = linkOf(dependencies, ctx, page);
  const { options, profile } = await beginByLink(dependencies, { ...link, fields });
  if (profile) dependencies.typedProfile.set(ctx, { interaction: link.interaction, profile });
  ctx.body = { options };
}

async function finish(dependencies: EnrolmentRouteDependencies, ctx: Context, page: LinkPage): Promise<void> {
  const { response } = await readBody(ctx, registration);
  const link = linkOf(dependencies, ctx, page);
  const profile = profileOf(dependencies.typedProfile.read(ctx), link.interaction);
  // The passkey manager checks every part of the answer.
  const input = { ...link, ...surroundings(ctx), profile, response: response as never };
  const { account, signIn, judged } = await finishByLink(dependencies, input);
  await startSession(dependencies, ctx, { sub: account.sub, signIn, judged });
  dependencies.typedProfile.clear(ctx);
  clearCookie(ctx, page.path);
  ctx.body = { location: '/account?welcome' };
}

/** The link that the browser opened and the page shows, and the ceremony that belongs to this one link. */
function linkOf({ linkIds }: EnrolmentRouteDependencies, ctx: Context, { path, purposes }: LinkPage) {
  const held = readCookie(ctx, path);
  if (!held) throw new AppError('link_invalid', { detail: 'no link in this browser' });
  const { link: id } = readQuery(ctx, shownLink);
  if (!linkIds(held).includes(id))
    throw new AppError('link_invalid', { detail: 'another link was opened meanwhile' });
  return { token: held, purposes, interaction: `${path} ${id}`, browser: browserBinding(ctx) };
}

function accountOf({ account }: FoundLink) {
  if (!account) throw new AppError('link_invalid', { detail: 'a link without an account' });
  return account;
}
