import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { RefusalRecorder } from '../apps/refusal-recorder.ts';

const events = [
  'authorization.error',
  'pushed_authorization_request.error',
  'backchannel_authentication.error',
  'device_authorization.error',
  'grant.error',
  'introspection.error',
  'revocation.error',
  'end_session.error',
] as const;

/** What becomes of a request without any fault of the app: the person decides, or the server is in need. */
const noFaultOfTheApp = new Set([
  'access_denied',
  'authorization_pending',
  'consent_required',
  'expired_token',
  'interaction_required',
  'login_required',
  'server_error',
  'slow_down',
  'temporarily_unavailable',
  // RFC 9449 §8: the first request has no nonce, and the next one has it.
  'use_dpop_nonce',
]);

/** Somebody came back to a sign-in that was over: `invalid_request` too, and nothing that an app could mend. */
const namesOfTheLate = ['SessionNotFound'];

/** Keeps what apps do wrong for whoever looks after them. Only what is sent in the name of an app that there is. */
export function noteRefusals(provider: Provider, recorder: Pick<RefusalRecorder, 'note'>): void {
  for (const event of events)
    provider.on(event as 'grant.error', (ctx: KoaContextWithOIDC, error: Error) => {
      const { client, params } = ctx.oidc;
      const { error: code, error_description, error_detail, status = 500 } = error as Told;
      const isNoFault =
        status >= 500 || noFaultOfTheApp.has(code ?? '') || namesOfTheLate.includes(error.name);
      if (!client || !code || isNoFault) return;
      const { scope } = error as { scope?: string };
      const why = error_detail ?? error_description ?? code;
      const { redirect_uri: redirectUri } = params ?? {};
      // RFC 9126 §2.3 has no code of its own for it.
      const isAddress = code === 'invalid_redirect_uri' || why.startsWith('redirect_uri did not match');
      recorder.note(client.clientId, {
        code: isAddress ? 'invalid_redirect_uri' : code,
        reason: scope ? `${why}: ${scope}` : why,
        ...(isAddress && typeof redirectUri === 'string' && { redirectUri }),
      });
    });
}

type Told = Partial<errors.OIDCProviderError>;
