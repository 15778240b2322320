import { type Html, html } from '../../html.ts';
import type { MessageKey } from '../../words.ts';
import type { ConsoleContext } from '../frame.ts';
import { type FieldProblems, selectField, textField, tick } from '../parts/forms.ts';

/** Whose certificate an app shows (RFC 8705), as it was typed. */
export interface CertificateFields {
  tokenEndpointAuthMethod: string;
  /** Name of what identifies it, such as `sanDns`. */
  certificateBy: string;
  certificateIs: string;
  isBoundToCertificate: boolean;
}

export const certificateNames = {
  subjectDn: 'certificate.subjectDn',
  sanDns: 'certificate.sanDns',
  sanUri: 'certificate.sanUri',
  sanIp: 'certificate.sanIp',
  sanEmail: 'certificate.sanEmail',
} as const satisfies Record<string, MessageKey>;

const methodWords = {
  tls_client_auth: 'certificate.ofAuthority',
  self_signed_tls_client_auth: 'certificate.ofItsOwn',
} as const;

type Method = keyof typeof methodWords;

export const showsCertificate = (fields: CertificateFields): boolean =>
  fields.tokenEndpointAuthMethod in methodWords || fields.isBoundToCertificate;

interface CertificateData {
  fields: CertificateFields;
  /** How apps may show a certificate here: none where the settings have no name for it. */
  certificateMethods: readonly string[];
}

/** What the app has stays offered: saving something else must not change it. */
export function certificateOptions(
  { words }: ConsoleContext,
  { fields, certificateMethods }: CertificateData,
) {
  const methods = Object.keys(methodWords) as Method[];
  return methods
    .filter((method) => certificateMethods.includes(method) || fields.tokenEndpointAuthMethod === method)
    .map((method) => ({ value: method, label: words(methodWords[method]) }));
}

export function certificatePart(
  page: ConsoleContext,
  { fields, certificateMethods, problems }: CertificateData & { problems: FieldProblems },
): Html {
  const { words } = page;
  const isHere = certificateMethods.length > 0;
  if (!isHere && !showsCertificate(fields)) return html`<p class="hint">${words('certificate.off')}</p>`;
  const kinds = Object.entries(certificateNames).map(([value, label]) => ({ value, label: words(label) }));
  const hasAuthority = certificateOptions(page, { fields, certificateMethods }).some(
    ({ value }) => value === 'tls_client_auth',
  );
  const problem = Object.entries(problems).find(([name]) => name.startsWith('clientCertificate'))?.[1];
  return html`${!isHere && html`<p class="hint">${words('certificate.off')}</p>`}
${
  hasAuthority
    ? html`<div class="form-grid">${selectField({ name: 'certificateBy', label: words('certificate.by'), hint: words('certificate.byHint'), value: fields.certificateBy, options: kinds })}${textField({ name: 'certificateIs', label: words('certificate.is'), hint: words('certificate.isHint'), value: fields.certificateIs, maxLength: 500, problem })}</div>`
    : html`<p class="hint">${words('certificate.noAuthority')}</p>`
}
<input type="hidden" name="certificates" value="on">
${tick({ name: 'certificateBound', label: words('certificate.bound'), hint: words('certificate.boundHint'), isOn: fields.isBoundToCertificate })}
<p class="field-problem">${problems.certificateBoundAccessTokens}</p>`;
}
