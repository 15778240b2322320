import type { X509Certificate as PlatformCertificate } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { SubjectAlternativeNameExtension, X509Certificate } from '../service-identity/x509.ts';
import { isNamed } from './distinguished-name.ts';

/** What an app says of its certificate, exactly one of them (RFC 8705 §2.1.2), by the names of client metadata. */
export type SubjectField =
  | 'tls_client_auth_subject_dn'
  | 'tls_client_auth_san_dns'
  | 'tls_client_auth_san_uri'
  | 'tls_client_auth_san_ip'
  | 'tls_client_auth_san_email';

const kinds = {
  tls_client_auth_san_dns: 'dns',
  tls_client_auth_san_uri: 'url',
  tls_client_auth_san_ip: 'ip',
  tls_client_auth_san_email: 'email',
} as const;

/** One spelling for each name: hosts in lower case, addresses without another form of them. */
const spellings: Readonly<Record<string, (value: string) => string>> = {
  dns: (value) => value.toLowerCase(),
  ip: (value) => (ipaddr.isValid(value) ? ipaddr.process(value).toString() : value),
  email: (value) => value.replace(/@[^@]*$/, (host) => host.toLowerCase()),
};

/** Whether the certificate is of whom the app says. Read from its DER, and nothing of what a gateway says of it. */
export function isSubject({ raw }: PlatformCertificate, field: SubjectField, expected: string): boolean {
  try {
    const certificate = new X509Certificate(raw);
    if (field === 'tls_client_auth_subject_dn') return isNamed(certificate.subjectName.toJSON(), expected);
    const kind = kinds[field];
    const spelled = spellings[kind] ?? ((value: string) => value);
    const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
    return names.some(({ type, value }) => type === kind && spelled(value) === spelled(expected));
  } catch {
    return false;
  }
}
