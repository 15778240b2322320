import { type Html, html } from '../../html.ts';
import type { MessageKey } from '../../words.ts';
import type { ConsoleContext } from '../frame.ts';
import { choices, type FieldProblems, selectField, textArea, textField } from '../parts/forms.ts';
import type { AppKind } from './app-facts.ts';
import {
  type CertificateFields,
  certificateOptions,
  certificatePart,
  showsCertificate,
} from './certificate-part.ts';

/** What was typed of how carefully an app asks and is answered. */
export interface SecurityFields extends CertificateFields {
  tokenEndpointAuthMethod: string;
  /** JSON. */
  jwks: string;
  jwksUri: string;
  profile: string;
  /** Names of what is on. */
  on: readonly string[];
  encrypted: readonly string[];
  encryptionAlg: string;
  encryptionEnc: string;
}

interface SecurityFormData {
  kind: AppKind;
  /** How apps may show a certificate here. */
  certificateMethods: readonly string[];
  fields: SecurityFields;
  problems: FieldProblems;
}

/** What can be switched on by itself, in the words of the form and of the app's page. */
export const securityWords = {
  requirePushedAuthorizationRequests: { label: 'security.pushed', hint: 'security.pushedHint' },
  requireSignedRequestObject: { label: 'security.signedRequests', hint: 'security.signedRequestsHint' },
  requireSignedResponses: { label: 'security.signedAnswers', hint: 'security.signedAnswersHint' },
  dpopBoundAccessTokens: { label: 'security.bound', hint: 'security.boundHint' },
  signedUserinfo: { label: 'security.signedUserinfo', hint: 'security.signedUserinfoHint' },
} as const satisfies Record<string, { label: MessageKey; hint: MessageKey }>;

export type SecuritySwitch = keyof typeof securityWords;

/** What can be encrypted for an app. */
export const encryptedWords = {
  id_token: 'security.idToken',
  userinfo: 'security.userinfo',
  introspection: 'security.introspection',
  authorization_response: 'security.response',
} as const satisfies Record<string, MessageKey>;

/** Rarely needed, so it is out of the way, unless something of it is in use or wrong. */
export function securityPanel(page: ConsoleContext, data: SecurityFormData): Html {
  const { words } = page;
  const { kind, fields, problems } = data;
  const inUse =
    fields.profile ||
    fields.on.length > 0 ||
    fields.encrypted.length > 0 ||
    fields.jwks ||
    fields.jwksUri ||
    showsCertificate(fields);
  const isWrong = Object.keys(problems).some((name) =>
    /^(security|jwks|tokenEndpointAuthMethod|clientCertificate|certificate)/.test(name),
  );
  return html`<details${(inUse || isWrong) && html` open`}><summary>${words('app.security')}</summary><div class="form-part"><p class="hint">${words('security.hint')}</p>
${(kind === 'web' || kind === 'machine') && forServers(page, data)}
${switches(page, data)}
${encryption(page, data)}</div></details>`;
}

/** Apps with a server can prove who they are. */
function forServers(page: ConsoleContext, data: SecurityFormData): Html {
  const { words } = page;
  const { fields, problems, kind, certificateMethods } = data;
  const profiles = [
    { value: '', label: words('security.profileNone') },
    { value: 'fapi2-security', label: words('security.profileSecurity') },
    ...(kind === 'web' ? [{ value: 'fapi2-message-signing', label: words('security.profileSigning') }] : []),
  ];
  const methods = [
    { value: 'client_secret_basic', label: words('security.authBasic') },
    { value: 'client_secret_post', label: words('security.authPost') },
    { value: 'private_key_jwt', label: words('security.authKey') },
    ...certificateOptions(page, { fields, certificateMethods }),
  ];
  return html`${selectField({ name: 'profile', label: words('security.profile'), hint: words('security.profileHint'), value: fields.profile, options: profiles, problem: problems['security.profile'] })}
${selectField({ name: 'tokenEndpointAuthMethod', label: words('security.auth'), value: fields.tokenEndpointAuthMethod, options: methods, problem: problems.tokenEndpointAuthMethod })}
${certificatePart(page, { fields, certificateMethods, problems })}`;
}

function switches({ words }: ConsoleContext, { kind, fields, problems }: SecurityFormData): Html {
  const hasBrowser = kind !== 'machine' && kind !== 'device';
  const offered = (Object.keys(securityWords) as SecuritySwitch[]).filter(
    (name) =>
      hasBrowser || name === 'dpopBoundAccessTokens' || (name === 'signedUserinfo' && kind === 'device'),
  );
  return choices({
    kind: 'checkbox',
    name: 'security',
    label: words('security.asks'),
    chosen: fields.on,
    problem: offered.map((name) => problems[`security.${name}`]).find(Boolean),
    options: offered.map((name) => ({
      value: name,
      label: words(securityWords[name].label),
      hint: words(securityWords[name].hint),
    })),
  });
}

const algorithms = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'];
const methods = ['A256GCM', 'A128GCM', 'A128CBC-HS256', 'A256CBC-HS512'];

function encryption({ words }: ConsoleContext, { kind, fields, problems }: SecurityFormData): Html {
  const some = (values: readonly string[]) =>
    ['', ...values].map((value) => ({ value, label: value || '–' }));
  return html`${textArea({ name: 'jwks', label: words('security.jwks'), hint: words('security.jwksHint'), value: fields.jwks, rows: 4, maxLength: 20_000, problem: problems.jwks, isCode: true })}
${textField({ name: 'jwksUri', label: words('security.jwksUri'), hint: words('security.jwksUriHint'), type: 'url', value: fields.jwksUri, maxLength: 2000, problem: problems.jwksUri })}
${
  kind !== 'machine' &&
  html`${choices({
    kind: 'checkbox',
    name: 'encrypted',
    label: words('security.encrypted'),
    hint: words('security.encryptedHint'),
    chosen: fields.encrypted,
    problem: problems['security.encrypted'],
    options: Object.entries(encryptedWords).map(([value, label]) => ({ value, label: words(label) })),
  })}
<div class="form-grid">${selectField({ name: 'encryptionAlg', label: words('security.encryptionAlg'), value: fields.encryptionAlg, options: some(algorithms), problem: problems['security.encryptionAlg'] })}${selectField({ name: 'encryptionEnc', label: words('security.encryptionEnc'), value: fields.encryptionEnc, options: some(methods), problem: problems['security.encryptionEnc'] })}</div>`
}`;
}
