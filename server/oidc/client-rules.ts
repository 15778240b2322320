import type { Client, KoaContextWithOIDC } from 'oidc-provider';

/** An app learns of, and ends, only the tokens that belong to it or are meant for it (RFC 7662 §4). */
export async function ownsToken(
  _ctx: KoaContextWithOIDC,
  client: Client,
  token: { clientId?: string | undefined; aud?: string | string[] | undefined },
): Promise<boolean> {
  return token.clientId === client.clientId || [token.aud].flat().includes(client.clientId);
}

/** RFC 9700 §2.1.1: a confidential app that uses a nonce may do without, if an administrator says so. */
export function pkceRequired(
  { oidc }: KoaContextWithOIDC,
  { latchkey_pkce, clientAuthMethod }: Client,
): boolean {
  if (clientAuthMethod === 'none') return true;
  return latchkey_pkce === 'optional' ? !oidc.params?.nonce : latchkey_pkce !== 'off';
}

/** Scripts may ask from the origins that the app's redirect addresses have; never from `null`. */
export function mayReadFrom(ctx: KoaContextWithOIDC, origin: string, client: Client): boolean {
  const public_ = client.clientAuthMethod === 'none' || ctx.oidc.route === 'userinfo';
  return (
    public_ &&
    (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin && origin !== 'null')
  );
}
