/** A client of the FAPI plans that nobody here wrote: openid-client, behind a gateway that shows its certificate. */
import * as client from 'openid-client';
import { type FapiClient, mtlsHost, type Pairing } from './fapi-client.ts';
import type { FapiParty } from './fapi-party.ts';
import type { TestInstallation } from './installation.ts';

export async function openidParty(
  { origin }: TestInstallation,
  { app, keys, certificate }: FapiClient,
  { auth, sender }: Pairing,
): Promise<FapiParty> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const jwk = keys.privateKey.export({ format: 'jwk' });
  const key = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']);
  const shown = { 'x-forwarded-host': mtlsHost, 'client-cert': `:${certificate.raw.toString('base64')}:` };
  const authentication =
    auth === 'mtls'
      ? client.TlsClientAuth()
      : client.PrivateKeyJwt(key, {
          [client.modifyAssertion]: (_header, payload) => {
            payload.aud = origin;
          },
        });
  const certified = auth === 'mtls' || sender === 'mtls';
  const config = await client.discovery(
    new URL(origin),
    app.id,
    { use_mtls_endpoint_aliases: certified },
    authentication,
    {
      execute: [client.allowInsecureRequests],
      [client.customFetch]: (url, { headers, ...init }) => {
        const isThere = new URL(url).host === mtlsHost;
        const at = isThere ? url.replace(`http://${mtlsHost}`, origin) : url;
        return fetch(at, { ...(init as RequestInit), headers: { ...headers, ...(isThere && shown) } });
      },
    },
  );
  const binding =
    sender === 'dpop' ? { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256')) } : {};
  return { config, app, redirectUri: app.redirectUri, key, binding };
}
