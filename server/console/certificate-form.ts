/** Whose certificate an app shows, in its form. */
import { type CertificateFields, certificateNames } from '../../views/console/apps/certificate-part.ts';
import type { AppFacts } from '../admin/shapes.ts';
import { optional, text } from './visit.ts';

type Typed = Omit<CertificateFields, 'tokenEndpointAuthMethod'>;

export function certificateFieldsOf({ clientCertificate = {}, ...app }: AppFacts): Typed {
  const [[by, is] = ['subjectDn', '']] = Object.entries(clientCertificate);
  return {
    certificateBy: by,
    certificateIs: is,
    isBoundToCertificate: app.certificateBoundAccessTokens === true,
  };
}

export function typedCertificate(form: URLSearchParams): Typed {
  return {
    certificateBy: text(form, 'certificateBy'),
    certificateIs: text(form, 'certificateIs'),
    isBoundToCertificate: form.has('certificateBound'),
  };
}

/** What the form says; what is not in it stays as it is, but that who proves itself otherwise shows none. */
export function certificateChanges(form: URLSearchParams) {
  const method = optional(form, 'tokenEndpointAuthMethod');
  if (method === undefined) return {};
  const by = Object.keys(certificateNames).find((name) => name === form.get('certificateBy'));
  const is = optional(form, 'certificateIs');
  const isOfAuthority = method === 'tls_client_auth';
  return {
    ...(!isOfAuthority && { clientCertificate: null }),
    ...(isOfAuthority && by && { clientCertificate: is === undefined ? null : { [by]: is } }),
    ...(form.has('certificates') && {
      certificateBoundAccessTokens: form.has('certificateBound') || null,
    }),
  };
}
