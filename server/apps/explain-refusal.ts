import type { App } from './app.ts';
import type { Refusal } from './app-refusals.ts';
import { type Explanation, explainAddress } from './explain-address.ts';

/** Why an app was refused, in words, and what would mend it where that is one step. */
export function explainRefusal(
  app: App,
  refusal: Pick<Refusal, 'code' | 'reason' | 'redirectUri'>,
): Explanation {
  const { code, reason, redirectUri } = refusal;
  if (code === 'invalid_redirect_uri' && redirectUri !== undefined) return explainAddress(app, redirectUri);
  const known = explanations.find(([ofCode, pattern]) => ofCode === code && pattern.test(reason));
  if (!known) return { sentence: `The request was refused: ${reason}.` };
  const [, pattern, sentence] = known;
  return { sentence: sentence(app, pattern.exec(reason)?.[1] ?? '') };
}

type Sentence = (app: App, what: string) => string;

/** By the code and what oidc-provider, or we, give as the reason. */
const explanations: readonly (readonly [code: string, reason: RegExp, sentence: Sentence])[] = [
  [
    'invalid_scope',
    /not allowed: (.+)/,
    (_, scope) => `The app asked for ${scope}, which it may not have: allow it, or leave it out there.`,
  ],
  [
    'invalid_scope',
    /no part in administration/,
    () => 'Somebody who has no part in administration was asked to give one.',
  ],
  [
    'invalid_scope',
    /must name some of/,
    () => 'The app asked for a token without saying which scopes it wants.',
  ],
  [
    'invalid_target',
    /./,
    (app) =>
      app.apiScopes
        ? 'The app asked for a resource that there is not: it is the issuer followed by /api/v1.'
        : 'The app asked for the API, and may use none of its scopes.',
  ],
  [
    'invalid_request',
    /requires PKCE|code_challenge must be provided/,
    () =>
      'The request had no PKCE: switch it on in the app (code_challenge_method S256), or, for a web app that sends a nonce, let it do without.',
  ],
  [
    'invalid_request',
    /not supported value of code_challenge_method/,
    () => 'The app uses PKCE with the method plain: set it to S256.',
  ],
  [
    'invalid_request',
    /openid scope must be requested/,
    () => 'The request did not ask for the scope openid, which a sign-in needs.',
  ],
  [
    'invalid_request',
    /missing required parameter.*redirect_uri/,
    () => 'The request had no redirect address: it must be sent each time.',
  ],
  [
    'invalid_request',
    /post_logout_redirect_uri not registered/,
    () => 'The app wants people to come back to an address after signing out that is not registered.',
  ],
  [
    'invalid_client',
    /secret provided has expired/,
    () => 'The app uses a secret that has expired: give it the new one, or make another.',
  ],
  [
    'invalid_client',
    /invalid secret provided/,
    () => 'The app uses a wrong secret: copy it again, without spaces, or make a new one.',
  ],
  [
    'invalid_client',
    /mechanism does not match/,
    (app) =>
      `The app shows who it is in another way than ${app.tokenEndpointAuthMethod}: set the same here and there.`,
  ],
  [
    'invalid_client',
    /already used|only be used once/,
    () => 'The app sent one assertion twice: each needs a jti of its own.',
  ],
  [
    'invalid_client',
    /signature|no applicable key|alg mismatch/,
    () => 'The assertion was signed with a key, or an algorithm, that is not registered here.',
  ],
  [
    'invalid_client',
    /aud/,
    () => 'The assertion was made for somebody else: its aud must be the issuer alone.',
  ],
  [
    'invalid_client',
    /exp|expired|future|not active/,
    () => 'The assertion is not of now: look at the clock of the app, and let it be valid for a minute.',
  ],
  [
    'invalid_grant',
    /code verifier|PKCE|code_verifier/i,
    () =>
      'The code_verifier does not belong to the code: the app must keep it from the request to the answer.',
  ],
  [
    'invalid_grant',
    /redirect_uri mismatch/,
    () => 'The app redeemed a code with another redirect address than it had asked with.',
  ],
  [
    'invalid_grant',
    /(already|consumed|used)/,
    () => 'The app used a code or a refresh token twice, so all that was given with it has ended.',
  ],
  ['invalid_grant', /expired/, () => 'The app came too late: the code or the refresh token had expired.'],
  [
    'invalid_grant',
    /account not found/,
    () => 'The person is disabled or gone, or may not use this app any more.',
  ],
  [
    'invalid_grant',
    /not found/,
    () => 'The app sent a code or a refresh token that does not exist, or not any more.',
  ],
  [
    'unknown_user_id',
    /of nobody/,
    () =>
      'The app asked for somebody whom there is not, or who is disabled. It was not told so: its request ends unanswered.',
  ],
  [
    'unknown_user_id',
    /who may not/,
    () =>
      'The app asked for somebody who is in none of its groups. It was not told so: its request ends unanswered.',
  ],
  [
    'access_denied',
    /not them/,
    () => 'The app asked for somebody who says that it was not them: find out who asked in their name.',
  ],
  [
    'ping_failed',
    /(.+)/,
    (_, failure) => `The app could not be told that somebody had answered: ${failure}.`,
  ],
  [
    'access_denied',
    /not theirs/,
    () =>
      'Somebody had a code of this app to type, and says that it was not their device: find out who gave it to them.',
  ],
  ['unauthorized_client', /./, (app) => `The app asked in a way that is not for its kind (${app.kind}).`],
  [
    'invalid_request',
    /not allowed for this client/,
    (app) => `The app asked in a way that is not for its kind (${app.kind}).`,
  ],
  [
    'unsupported_response_type',
    /./,
    () => 'The app asked for something else than a code: set its response type to code.',
  ],
];
