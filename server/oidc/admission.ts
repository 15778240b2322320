import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { hasNothingToGive } from './api-resource.ts';
import { personOf } from './person.ts';

const { Check, Prompt } = interactionPolicy;

/** Whether the person is in one of the groups that the app is for; an app that names none is for everybody. */
export function mayUse(allowedGroups: unknown, account: object | undefined): boolean {
  const allowed = allowedGroups as readonly string[] | undefined;
  return !allowed || personOf(account).groups.some((group) => allowed.includes(group));
}

/**
 * Tells people that an app is not for them, as soon as it is known who they are. It comes back with an error alone:
 * nothing that was agreed to before, in whatever session, is a way past it.
 */
export function notAllowedPrompt() {
  const signedIn = (isRefused: (oidc: KoaContextWithOIDC['oidc']) => boolean) => (ctx: KoaContextWithOIDC) =>
    ctx.oidc.account !== undefined && isRefused(ctx.oidc);
  return new Prompt(
    { name: 'not_allowed', requestable: false },
    new Check(
      'group',
      'the person is in none of the groups that may use this app',
      'access_denied',
      signedIn(({ client, account }) => !mayUse(client?.latchkey_allowed_groups, account)),
    ),
    new Check(
      'api',
      'the person has no part in administration',
      'access_denied',
      signedIn((oidc) => hasNothingToGive(oidc)),
    ),
  );
}

/** How the page goes on to somebody else: the sign-in that was there is not enough, whosever the next one is. */
export const switchResult = (signInId = '') => ({ switch_account: { from: signInId } });

/** Asks for a sign-in after that. */
export const switchCheck = new Check(
  'switch_account',
  'the person wants to use another account',
  'login_required',
  ({ oidc }) => {
    const { from } = (oidc.result?.switch_account ?? {}) as { from?: string };
    return from !== undefined && (oidc.session?.signInId ?? '') === from;
  },
);
