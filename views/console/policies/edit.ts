import { type Html, html } from '../../html.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { choices, type FieldProblems, selectField, textArea, textField, tick } from '../parts/forms.ts';
import { consoleUrls } from '../urls.ts';
import { type DryRunData, dryRunPanel } from './dry-run.ts';
import { certificationName, certifications, conveyances, keyPlaces } from './rule-facts.ts';

/** A rule as a form holds it: lists are lines. */
export interface RuleFields {
  attestation: string;
  isEnterprise: boolean;
  allowedModels: string;
  deniedModels: string;
  leastCertification: string;
  keyProtection: readonly string[];
  isDeviceBound: boolean;
  isAttestationVerified: boolean;
  vendors: string;
  refusedStatuses: string;
  leastPasskeys: string;
  effectiveFrom: string;
  olderPasskeys: string;
}

export interface PolicyData {
  /** `installation`, `group:ID` or `app:ID`. */
  scope: string;
  /** Of the group or the app. */
  name?: string;
  fields: RuleFields;
  /** What would come of it, where that was asked. */
  dryRun?: DryRunData;
  mayChange: boolean;
  problems: FieldProblems;
  notice?: Notice;
}

/** One rule as a form, with two buttons: to see what would come of it, and to put it in force. */
export function policyPage(page: ConsoleContext, data: PolicyData): Html {
  const { words } = page;
  const { scope, name, dryRun, mayChange } = data;
  return consolePage(page, {
    section: 'policies',
    crumbs: [],
    heading: headingOf(page, scope, name),
    lead: words('policy.formLead'),
    notice: data.notice,
    content: html`${dryRun && dryRunPanel(page, dryRun)}
<section class="panel"><form class="stack" method="post" action="${consoleUrls.policy(scope)}" data-once>
${kept(page, data)}
${known(page, data)}
${when(page, data)}
${
  mayChange &&
  html`${dryRun && dryRun.newlyTurnedAway > 0 && tick({ name: 'meant', label: words('policy.meant', { people: dryRun.newlyTurnedAway }), isOn: false })}
<div class="actions"><button class="button primary" type="submit" name="act" value="check">${words('policy.check')}</button>
<button class="button" type="submit" name="act" value="apply">${words('policy.apply')}</button>
<a class="button quiet" href="${consoleUrls.policies}">${words('action.cancel')}</a></div>`
}
</form></section>`,
  });
}

function headingOf({ words }: ConsoleContext, scope: string, name = ''): string {
  if (scope.startsWith('group:')) return words('policy.ofGroup', { name });
  return scope.startsWith('app:') ? words('policy.ofApp', { name }) : words('policy.ofInstallation');
}

function kept(page: ConsoleContext, { fields, problems }: PolicyData): Html {
  const { words } = page;
  return html`<div class="form-part">
${tick({ name: 'deviceBound', label: words('rule.deviceBound'), hint: words('rule.deviceBoundHint'), isOn: fields.isDeviceBound })}
${tick({ name: 'attestationVerified', label: words('rule.attestationVerified'), hint: words('rule.attestationVerifiedHint'), isOn: fields.isAttestationVerified })}
${choices({ kind: 'checkbox', name: 'keyProtection', label: words('rule.keyProtection'), hint: words('rule.keyProtectionHint'), chosen: fields.keyProtection, problem: problems.keyProtection, options: keyPlaces.map(({ value, label }) => ({ value, label: words(label) })) })}
<div class="form-grid">${selectField({ name: 'leastCertification', label: words('rule.certification'), value: fields.leastCertification, problem: problems.leastCertification, options: [{ value: '', label: words('rule.notAsked') }, ...certifications.map((value) => ({ value, label: certificationName(value) }))] })}
${textField({ name: 'leastPasskeys', label: words('rule.leastPasskeys'), type: 'number', value: fields.leastPasskeys, maxLength: 2, problem: problems.leastPasskeys })}</div></div>`;
}

function known(page: ConsoleContext, { fields, problems }: PolicyData): Html {
  const { words } = page;
  const models = html`${words('rule.modelsHint')} <a href="${consoleUrls.metadata}">${words('console.metadata')}</a>`;
  return html`<div class="form-part">
${textArea({ name: 'allowedModels', label: words('rule.allowedModels'), hint: models, value: fields.allowedModels, maxLength: 30_000, problem: problems.allowedModels, isCode: true })}
${textArea({ name: 'deniedModels', label: words('rule.deniedModels'), value: fields.deniedModels, maxLength: 30_000, problem: problems.deniedModels, isCode: true })}
<details><summary>${words('rule.more')}</summary><div class="form-part">
${textArea({ name: 'vendors', label: words('rule.vendors'), hint: words('rule.vendorsHint'), value: fields.vendors, rows: 2, maxLength: 30_000, problem: problems.vendors })}
${textArea({ name: 'refusedStatuses', label: words('rule.refusedStatuses'), hint: words('rule.refusedStatusesHint'), value: fields.refusedStatuses, rows: 2, maxLength: 10_000, problem: problems.refusedStatuses, isCode: true })}
${selectField({ name: 'attestation', label: words('rule.attestation'), value: fields.attestation, problem: problems.attestation, options: [{ value: '', label: words('rule.notAsked') }, ...conveyances.map(({ value, label }) => ({ value, label: words(label) }))] })}
${tick({ name: 'enterprise', label: words('rule.enterprise'), hint: words('rule.enterpriseHint'), isOn: fields.isEnterprise })}</div></details></div>`;
}

function when(page: ConsoleContext, { fields, problems }: PolicyData): Html {
  const { words } = page;
  return html`<div class="form-part">${textField({ name: 'effectiveFrom', label: words('rule.effectiveFrom'), hint: words('rule.effectiveFromHint'), type: 'date', value: fields.effectiveFrom, maxLength: 40, problem: problems.effectiveFrom })}
${choices({
  kind: 'radio',
  name: 'olderPasskeys',
  label: words('rule.older'),
  chosen: [fields.olderPasskeys || 'accept'],
  problem: problems.olderPasskeys,
  options: [
    { value: 'refuse', label: words('rule.olderRefuse'), hint: words('rule.olderRefuseHint') },
    { value: 'accept', label: words('rule.olderAccept'), hint: words('rule.olderAcceptHint') },
  ],
})}</div>`;
}
