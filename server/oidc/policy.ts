import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { reaches } from '../sign-ins/acr.ts';
import { requestedAcr } from './requested-acr.ts';

const { Prompt, Check, base } = interactionPolicy;

/** When a person is asked: to make an account, to sign in, to agree. */
export function createInteractionPolicy() {
  const policy = base();
  const login = policy.get('login');
  if (!login) throw new Error('oidc-provider has no login prompt');
  login.checks.add(
    new Check('account', 'the person who was signed in is gone or disabled', 'login_required', isGone),
  );
  // Both compare for equality and can be cancelled by acr_values: ours knows that a stronger class will do.
  login.checks.remove('essential_acrs');
  login.checks.remove('essential_acr');
  login.checks.add(
    new Check(
      'acr',
      'the requested authentication context class was not reached',
      'login_required',
      needsStrongerSignIn,
    ),
  );
  login.checks.add(
    new Check('session_age', 'the session is older than the app allows', 'login_required', isTooOld),
  );
  // OpenID Initiating User Registration 1.0: prompt=create.
  policy.add(new Prompt({ name: 'create', requestable: true }), 0);
  return policy;
}

/** A session can outlive its person for a moment: a request that was under way stores it once more. */
function isGone({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.session?.accountId !== undefined && oidc.account === undefined;
}

/**
 * After a sign-in nobody is asked again: one that did not reach an essential class has ended with an error.
 * @throws UnmetAuthenticationRequirements for an essential class that no passkey reaches: nobody is asked in vain
 */
function needsStrongerSignIn(ctx: KoaContextWithOIDC): boolean {
  const { oidc } = ctx;
  const { essential, voluntary } = requestedAcr(oidc.params ?? {});
  if (essential.length > 0 && !reaches('phr', essential))
    throw new errors.UnmetAuthenticationRequirements('no passkey reaches the requested acr');
  if (!oidc.session?.accountId || oidc.result?.login) return Check.NO_NEED_TO_PROMPT;
  const wanted = essential.length > 0 ? essential : voluntary;
  return wanted.length > 0 && !reaches(oidc.acr, wanted) && reaches('phr', wanted);
}

/** An app may want a more recent sign-in than the installation's sessions give. */
function isTooOld({ oidc }: KoaContextWithOIDC): boolean {
  const limit = oidc.client?.latchkey_session_lifetime;
  if (!oidc.session?.accountId || oidc.result?.login || typeof limit !== 'number')
    return Check.NO_NEED_TO_PROMPT;
  return oidc.session.past(limit);
}
