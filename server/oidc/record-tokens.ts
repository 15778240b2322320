import type { errors, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { NewAuditEvent, RecordAudit } from '../audit/audit.ts';
import { requestId } from '../http/request.ts';
import { personOf } from './person.ts';

export interface TokenRecording {
  record: RecordAudit;
}

/** Writes down every token that an app got, with the sign-in and the passkey behind it. The answer does not wait. */
export function recordTokens(provider: Provider, { record }: TokenRecording): void {
  provider.on('grant.success', (ctx: KoaContextWithOIDC) => {
    const { params, entities } = ctx.oidc;
    const scope = (entities.AccessToken ?? entities.ClientCredentials)?.scope;
    void record({
      type: 'token.issued',
      ...behind(ctx),
      details: { grantType: String(params?.grant_type), ...(scope && { scope }) },
      // The request came from the app's server: where that is says nothing of a person.
      origin: {},
    });
  });
}

/** How oidc-provider says that a code or a refresh token came a second time. */
const cameTwice =
  /^(authorization code|device code|backchannel authentication request|refresh token) already (used|consumed)$/;

/** Whoever came second, and perhaps whoever came first, is not whom it was for: everything from it is revoked. */
export function recordReuse(provider: Provider, { record }: TokenRecording): void {
  provider.on('grant.error', (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) => {
    const [, what] = cameTwice.exec(error.error_detail ?? '') ?? [];
    if (what === undefined) return;
    void record({ type: 'token.reuse_detected', ...behind(ctx), reason: what.replaceAll(' ', '_') });
  });
}

/** Who, to which app, by which use of which passkey. Grants from before do not name the passkey, and the sign-in does. */
export function behind(ctx: Pick<KoaContextWithOIDC, 'oidc' | 'req'>): Omit<NewAuditEvent, 'type'> {
  const { client, account, entities } = ctx.oidc;
  const { id: accountId } = personOf(account);
  const { signInId, quoted = [] } = entities.Grant ?? {};
  const passkeyId = quoted.find(({ id }) => id === signInId)?.passkeyId;
  return {
    ...(client && { appId: client.clientId, actor: { kind: 'app', id: client.clientId } }),
    ...(accountId !== undefined && { accountId }),
    ...(signInId !== undefined && { signInId }),
    ...(passkeyId !== undefined && { passkeyId }),
    requestId: requestId(ctx),
  };
}
