/** An app that describes itself where its client id points (draft-ietf-oauth-client-id-metadata-document §3, §4). */
import type { App } from '../apps/app.ts';
import { importedApp } from '../apps/create-app.ts';
import { jsonIn } from '../apps/json-in.ts';
import { sectorOf } from '../apps/sector.ts';
import { cibaShape } from './ciba.ts';
import { readClientRequest } from './metadata.ts';
import { requireOwnLogout, requireOwnStart } from './own-hosts.ts';
import { documentPolicy, refusedAs, wantedApp } from './policy.ts';
import { RegistrationRefusal } from './refusal.ts';

const longest = 200;

/**
 * An https address with a path, written as browsers write it: no other spelling of it is the same client (§3). A query
 * might be answered with whatever it says, and another port is another's.
 */
export function isDocumentUrl(id: string): boolean {
  const url = id.length <= longest ? URL.parse(id) : null;
  if (url?.protocol !== 'https:' || url.href !== id || /[#?]/.test(id) || url.port !== '') return false;
  return url.pathname !== '/' && url.username === '' && url.password === '';
}

/** @param body the document as it was sent @throws RegistrationRefusal */
export function readDocument(body: Buffer, { id, now }: { id: string; now: number }): App {
  const document = objectOf(body);
  requireOwn(document, id);
  const request = readClientRequest({ ...document, ...less(document) });
  if (!request.grant_types.includes('authorization_code'))
    throw refusal('grant_types must have authorization_code');
  const wanted = wantedApp(request, documentPolicy);
  requireOwnHost([...request.redirect_uris, ...request.post_logout_redirect_uris], new URL(id).host);
  try {
    const app = importedApp(
      { ...wanted, name: request.client_name ?? new URL(id).host },
      { id, createdAt: now },
    );
    const grantTypes = app.grantTypes.filter((grant) => request.grant_types.includes(grant));
    const described: App = { ...app, grantTypes, origin: 'document' };
    requireOwnStart(described, [new URL(id).host]);
    requireOwnSector(described, new URL(id).hostname);
    return described;
  } catch (error) {
    return refusedAs(error);
  }
}

const refusal = (what: string) => new RegistrationRefusal('invalid_client_metadata', what);

function objectOf(body: Buffer): Record<string, unknown> {
  const document = jsonIn(body);
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw refusal('the document must be a JSON object');
  return document as Record<string, unknown>;
}

/** §4.1: whoever can read the document could read a secret in it. */
function requireOwn(document: Record<string, unknown>, id: string): void {
  if (document.client_id !== id) throw refusal('client_id must be the address of the document');
  const secret = ['client_secret', 'client_secret_expires_at'].find((name) => Object.hasOwn(document, name));
  if (secret) throw refusal(`${secret} must not stand in a document`);
  const { token_endpoint_auth_method: method = 'none' } = document;
  if (method !== 'none' && method !== 'private_key_jwt')
    throw refusal('token_endpoint_auth_method must be none or private_key_jwt');
}

/** People read the host of the document: answers go there, or stay on their device. @throws RegistrationRefusal */
function requireOwnHost(uris: readonly string[], host: string): void {
  for (const uri of uris) {
    const url = URL.parse(uri);
    if (url?.protocol === 'https:' && url.host !== host)
      throw new RegistrationRefusal(
        'invalid_redirect_uri',
        `redirect_uris must be at ${host}, as the document is`,
      );
  }
}

/** No document of another host says that this app is of its sector. @throws RegistrationRefusal */
function requireOwnSector(app: App, host: string): void {
  const sector = sectorOf(app);
  if (sector !== undefined && sector !== host) throw refusal(`sector_identifier_uri must be at ${host}`);
  requireOwnLogout(app);
}

/** It is written for every server: what this one does not have of grants is left out, not refused. */
function less(document: Record<string, unknown>): Record<string, unknown> {
  const kept = (values: unknown, known: readonly string[]) =>
    Array.isArray(values) ? values.filter((value) => known.includes(value)) : values;
  return {
    token_endpoint_auth_method: document.token_endpoint_auth_method ?? 'none',
    id_token_signed_response_alg: document.id_token_signed_response_alg ?? 'RS256',
    grant_types: kept(document.grant_types ?? undefined, ['authorization_code', 'refresh_token']),
    response_types: kept(document.response_types ?? undefined, ['code']),
    ...Object.fromEntries(Object.keys(cibaShape).map((name) => [name, null])),
  };
}
