import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { staysOnDevice } from '../apps/redirect-uri.ts';
import { reaches } from '../sign-ins/acr.ts';
import { notAllowedPrompt, switchCheck } from './admission.ts';
import type { Enough } from './enough.ts';
import { type FewPasskeysDependencies, fewPasskeysPrompt } from './few-passkeys.ts';
import type { Quote } from './quote.ts';
import { requestedAcr, wantedAcr } from './requested-acr.ts';
import { longestAge } from './session-sign-ins.ts';

const { Prompt, Check, base } = interactionPolicy;

/** What others decide of it. */
export interface InteractionPolicy {
  quote: Quote;
  enough: Pick<Enough, 'hasRefused'>;
  fewPasskeys: FewPasskeysDependencies;
}

/** When a person is asked: to make an account, to sign in, to show more than they did, to have more passkeys, to agree. */
export function createInteractionPolicy({ quote, enough, fewPasskeys }: InteractionPolicy) {
  const policy = base();
  const [login, consent] = [policy.get('login'), policy.get('consent')];
  if (!login || !consent) throw new Error('oidc-provider has no prompts of its own');
  login.checks.add(
    new Check('account', 'the person who was signed in is gone or disabled', 'login_required', isGone),
  );
  // Both compare for equality, can be cancelled by acr_values, and ask for ever: see `stepUp`.
  login.checks.remove('essential_acrs');
  login.checks.remove('essential_acr');
  login.checks.add(
    new Check('session_age', 'the session is older than the app allows', 'login_required', isTooOld),
  );
  login.checks.add(switchCheck);
  consent.checks.add(
    new Check(
      'answered_on_device',
      'who takes the answer on the device is for the person to say',
      'interaction_required',
      isAnsweredOnDevice,
    ),
  );
  // OpenID Initiating User Registration 1.0: prompt=create.
  policy.add(new Prompt({ name: 'create', requestable: true }), 0);
  // Once it is known who it is, and before they agree to anything.
  policy.add(notAllowedPrompt(), 2);
  policy.add(stepUp(quote, enough), 3);
  policy.add(fewPasskeysPrompt(fewPasskeys), 4);
  return policy;
}

/**
 * Asks a person who is signed in for another passkey. It comes back with what was asked for or with an error, and a
 * person who may go on without and did is not asked again: so it never leads in circles.
 */
function stepUp(quote: Quote, enough: InteractionPolicy['enough']) {
  const isTooWeak = ({ oidc }: KoaContextWithOIDC) => needsStrongerSignIn(oidc, quote(oidc)?.acr);
  const isRefused = ({ oidc }: KoaContextWithOIDC) => enough.hasRefused(oidc) && quote(oidc) === undefined;
  return new Prompt(
    { name: 'step_up', requestable: false },
    new Check(
      'acr',
      'the requested authentication context class was not reached',
      'login_required',
      isTooWeak,
    ),
    new Check('policy', 'no passkey of the session is enough for this app', 'login_required', isRefused),
  );
}

/** A session can outlive its person for a moment: a request that was under way stores it once more. */
function isGone({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.session?.accountId !== undefined && oidc.account === undefined;
}

function needsStrongerSignIn({ params, prompts, result }: KoaContextWithOIDC['oidc'], acr?: string): boolean {
  const requested = requestedAcr(params ?? {});
  const wanted = wantedAcr(requested);
  if (wanted.length === 0 || reaches(acr, wanted)) return Check.NO_NEED_TO_PROMPT;
  const isEssential = requested.essential.length > 0;
  return isEssential || !(prompts.has('none') || result?.step_up);
}

/** An app may want a more recent sign-in than the installation's sessions give, and administration does. */
function isTooOld({ oidc }: KoaContextWithOIDC): boolean {
  const limit = longestAge(oidc);
  if (!oidc.session?.accountId || oidc.result?.login || limit === Number.POSITIVE_INFINITY)
    return Check.NO_NEED_TO_PROMPT;
  return oidc.session.past(limit);
}

/**
 * Apps that nobody vouches for are native by their word alone, and may have addresses of both kinds: where the answer
 * stays on the device, whoever else is there may have asked for it, so people are asked each time (RFC 8252 §8.6).
 */
function isAnsweredOnDevice({ oidc: { client, params, result } }: KoaContextWithOIDC): boolean {
  const isVouchedFor = !['dynamic', 'document'].includes(String(client?.latchkey_origin));
  if (isVouchedFor || result?.consent) return Check.NO_NEED_TO_PROMPT;
  const { redirect_uri: uri } = params ?? {};
  return typeof uri === 'string' && staysOnDevice(uri);
}
