import { type Html, html } from '../../html.ts';
import type { ConsoleContext } from '../frame.ts';
import { type FieldProblems, selectField, textArea } from '../parts/forms.ts';

/** Of a site behind a gateway; lists are lines. */
export interface SiteFields {
  origins: string;
  openPaths: string;
  /** `phr`, `phrh`, or nothing. */
  siteAcr: string;
  /** `userName`, `sub`, or nothing. */
  remoteUser: string;
}

export function siteFields({ words }: ConsoleContext, fields: SiteFields, problems: FieldProblems): Html {
  const plain = { value: '', label: words('site.none') };
  const hasRules = fields.openPaths !== '' || fields.siteAcr !== '' || fields.remoteUser !== '';
  return html`${textArea({ name: 'origins', label: words('site.origins'), hint: words('site.originsHint'), value: fields.origins, maxLength: 20_000, problem: problems['forwardAuth.origins'] ?? problems.forwardAuth, isCode: true })}
<details${hasRules && html` open`}><summary>${words('site.rules')}</summary><div class="form-part">${textArea({ name: 'openPaths', label: words('site.openPaths'), hint: words('site.openPathsHint'), value: fields.openPaths, maxLength: 20_000, problem: problems['forwardAuth.openPaths'], isCode: true })}
${selectField({ name: 'siteAcr', label: words('site.acr'), hint: words('site.acrHint'), value: fields.siteAcr, options: [plain, ...['phr', 'phrh'].map((value) => ({ value, label: value }))], problem: problems['forwardAuth.acr'] })}
${selectField({ name: 'remoteUser', label: words('site.remoteUser'), hint: words('site.remoteUserHint'), value: fields.remoteUser, options: [plain, { value: 'userName', label: words('site.userName') }, { value: 'sub', label: 'sub' }], problem: problems['forwardAuth.remoteUser'] })}</div></details>`;
}
