import { readFileSync } from 'node:fs';
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import type { Context } from 'koa';
import { AuthorizationResponseError, ResponseBodyError } from 'openid-client';
import type { Html } from './html.ts';
import { problemPage, sensitivePage, signedInPage, signedOutPage, type Told } from './pages.ts';
import type { RelyingParty } from './relying-party.ts';
import { sensitivePath } from './resource-server/routes.ts';
import { type Session, Sessions } from './sessions.ts';
import { readChallenge } from './step-up.ts';

const cookie = 'demo_session';
const stylesheet = readFileSync(new URL('demo.css', import.meta.url), 'utf8');

/** Where the provider tells the app that a session is over. */
export const backchannelLogoutPath = '/backchannel-logout';

const parseForm = bodyParser({ enableTypes: ['form'], formLimit: '8kb' });

/** The pages of the app. `origin` is its own address, `issuer` the provider's. */
export function demoRoutes(
  party: RelyingParty,
  { issuer, origin }: { issuer: string; origin: string },
): Router {
  const sessions = new Sessions();
  const router = new Router();

  router.get('/', (ctx) => {
    const session = sessions.find(ctx.cookies.get(cookie));
    const { signedIn, endedElsewhere = false } = session ?? {};
    if (session) session.endedElsewhere = false;
    show(ctx, signedIn ? signedInPage(signedIn) : signedOutPage(issuer, { endedElsewhere }));
  });

  router.get('/sign-in', async (ctx) => {
    const { request, url } = await party.beginSignIn();
    const session = sessions.find(ctx.cookies.get(cookie)) ?? begin(ctx, sessions, { requests: new Map() });
    session.requests.set(request.state, request);
    ctx.redirect(url.href);
  });

  router.get('/callback', async (ctx) => {
    const session = sessions.find(ctx.cookies.get(cookie));
    const request = session?.requests.get(String(ctx.query.state));
    if (!session || !request) return show(ctx, unknownAnswer, 400);
    session.requests.delete(request.state);
    const signedIn = await party.finishSignIn(new URL(ctx.url, origin), request, Date.now());
    // A new id at every sign-in: whoever knew the old one gains nothing.
    sessions.remove(ctx.cookies.get(cookie));
    begin(ctx, sessions, { requests: session.requests, signedIn });
    ctx.redirect(request.returnTo ?? '/');
  });

  router.get('/sensitive', async (ctx) => {
    const session = sessions.find(ctx.cookies.get(cookie));
    if (!session?.signedIn) return ctx.redirect('/sign-in');
    try {
      const told = await party.fetch(session.signedIn, new URL(sensitivePath, origin));
      show(ctx, sensitivePage(told as Told));
    } catch (error) {
      const wanted = readChallenge(error);
      if (!wanted) throw error;
      // Asked for once more after a sign-in that was made for it, it would be asked for ever.
      if (ctx.query.again !== undefined) return show(ctx, notEnough, 403);
      const { request, url } = await party.beginSignIn({ wanted, returnTo: '/sensitive?again' });
      session.requests.set(request.state, request);
      ctx.redirect(url.href);
    }
  });

  router.post('/refresh', async (ctx) => {
    const session = sessions.find(ctx.cookies.get(cookie));
    if (session?.signedIn) {
      const { signedIn } = session;
      // Whatever comes of it, this refresh token is used up.
      delete session.signedIn;
      session.signedIn = await party.refresh(signedIn, Date.now());
    }
    ctx.status = 303;
    ctx.redirect('/');
  });

  router.post('/sign-out', async (ctx) => {
    const { signedIn } = sessions.find(ctx.cookies.get(cookie)) ?? {};
    sessions.remove(ctx.cookies.get(cookie));
    ctx.cookies.set(cookie);
    ctx.status = 303;
    ctx.redirect(signedIn ? (await party.signOutUrl(signedIn)).href : '/');
  });

  router.post(backchannelLogoutPath, parseForm, async (ctx) => {
    const { logout_token: token } = (ctx.request.body ?? {}) as { logout_token?: string };
    try {
      sessions.end(await party.loggedOutBy(String(token)));
      ctx.body = '';
    } catch (error) {
      ctx.status = 400;
      ctx.body = { error: 'invalid_request', error_description: (error as Error).message };
    }
  });

  // By this the provider knows its own demo from another program at the same address.
  router.get('/demo.json', (ctx) => {
    ctx.body = { issuer };
  });

  router.get('/demo.css', (ctx) => {
    ctx.type = 'css';
    ctx.body = stylesheet;
  });
  return router;
}

const unknownAnswer = problemPage(
  'This sign-in was not started here',
  'It was begun in another browser, or too long ago. Please start again.',
);

const notEnough = problemPage(
  'Your sign-in is not enough for this',
  'You signed in once more, and this part still wants another sign-in.',
);

function begin(ctx: Context, sessions: Sessions, session: Session): Session {
  ctx.cookies.set(cookie, sessions.insert(session), { httpOnly: true, sameSite: 'lax', overwrite: true });
  return session;
}

function show(ctx: Context, page: Html, status = 200): void {
  ctx.status = status;
  ctx.type = 'html';
  ctx.body = page.text;
}

/** Turns a failure into a page that says what happened; the details go to the log alone. */
export function showProblem(ctx: Context, error: unknown): void {
  const { page, status } = problemOf(error);
  if (status === 502) ctx.app.emit('error', error, ctx);
  show(ctx, page, status);
}

function problemOf(error: unknown): { page: Html; status: number } {
  if (error instanceof ResponseBodyError && error.error === 'invalid_grant')
    return {
      page: problemPage('Your sign-in has ended', 'The provider has taken it back. Please sign in again.'),
      status: 200,
    };
  if (!(error instanceof AuthorizationResponseError))
    return {
      page: problemPage(
        'The provider cannot be reached',
        'Or its answer did not check out. The terminal has the details.',
      ),
      status: 502,
    };
  if (error.error === 'unmet_authentication_requirements')
    return {
      page: problemPage('This needs another passkey', 'None of yours that was used is strong enough for it.'),
      status: 200,
    };
  if (error.error === 'access_denied')
    return {
      page: problemPage('You did not sign in', 'You cancelled, or said no. Nothing was shared.'),
      status: 200,
    };
  const sentence = `It says: ${error.error_description ?? error.error}`;
  return { page: problemPage('The provider refused', sentence), status: 400 };
}
