import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { parseDistinguishedName } from '../client-certificates/distinguished-name.ts';
import type { AppKind } from './app.ts';

const line = z.string().min(1, 'must not be empty').max(500, 'must be at most 500 characters');
const host = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

/** What identifies the certificate of an app (RFC 8705 §2.1.2). */
export const certificateSubject = z
  .strictObject({
    subjectDn: line
      .refine(isDistinguishedName, 'must be as CN=billing,O=Example,C=DE (RFC 4514)')
      .exactOptional(),
    sanDns: line.regex(host, 'must be the name of a host, without a wildcard').exactOptional(),
    sanUri: line.refine((uri) => URL.canParse(uri), 'must be a URI').exactOptional(),
    sanIp: line
      .refine((address) => ipaddr.isValid(address), 'must be an address such as 10.0.0.1')
      .exactOptional(),
    sanEmail: line.regex(/^[^@\s]+@[^@\s]+$/, 'must be an e-mail address').exactOptional(),
  })
  .refine((said) => Object.keys(said).length === 1, 'must say exactly one thing (RFC 8705 §2.1.2)');

function isDistinguishedName(name: string): boolean {
  try {
    return parseDistinguishedName(name).length > 0;
  } catch {
    return false;
  }
}

interface ShowsCertificate {
  kind: AppKind;
  tokenEndpointAuthMethod?: string | undefined;
  clientCertificate?: unknown;
  certificateBoundAccessTokens?: boolean | undefined;
}

export function checkCertificates(
  { kind, tokenEndpointAuthMethod: method, ...app }: ShowsCertificate,
  context: Pick<z.core.$RefinementCtx<ShowsCertificate>, 'addIssue'>,
): void {
  const object = (field: keyof ShowsCertificate, message: string) =>
    context.addIssue({ code: 'custom', path: [field], message });
  if (method === 'tls_client_auth' && !app.clientCertificate)
    object('clientCertificate', 'must be given: it says whose certificate the app shows');
  if (method !== 'tls_client_auth' && app.clientCertificate)
    object('clientCertificate', 'is for apps with tokenEndpointAuthMethod tls_client_auth');
  if (app.certificateBoundAccessTokens && kind === 'browser')
    object(
      'certificateBoundAccessTokens',
      'is not for apps that run in the page alone: these show no certificate',
    );
}
