import { type Html, html } from '../../html.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { panel } from '../parts/facts.ts';
import { consoleUrls } from '../urls.ts';
import { type Rule, ruleFacts } from './rule-facts.ts';

export interface ScopedRule {
  id: string;
  name: string;
  rule: Rule;
}

export interface PoliciesData {
  installation: Rule;
  groups: readonly ScopedRule[];
  apps: readonly ScopedRule[];
  /** Names of the models in the rules, by AAGUID. */
  models: Readonly<Record<string, string>>;
  mayChange: boolean;
  notice?: Notice;
}

/** Every rule for authenticators: of the installation, of groups and of apps. Together they only become stricter. */
export function policiesPage(page: ConsoleContext, data: PoliciesData): Html {
  const { words } = page;
  const scoped = (kind: 'group' | 'app', rules: readonly ScopedRule[]) =>
    rules.map(({ id, name, rule }) =>
      rulePanel(page, data, {
        scope: `${kind}:${id}`,
        heading: words(kind === 'group' ? 'policy.ofGroup' : 'policy.ofApp', { name }),
        rule,
      }),
    );
  return consolePage(page, {
    section: 'policies',
    heading: words('console.policies'),
    lead: words('policy.lead'),
    notice: data.notice,
    content: html`${rulePanel(page, data, { scope: 'installation', heading: words('policy.ofInstallation'), rule: data.installation })}
${scoped('group', data.groups)}
${scoped('app', data.apps)}
<p class="hint">${words('policy.others')}</p>`,
  });
}

function rulePanel(
  page: ConsoleContext,
  { models, mayChange }: PoliciesData,
  { scope, heading, rule }: { scope: string; heading: string; rule: Rule },
): Html {
  return panel({
    id: `rule-${scope.replaceAll(/[^\w-]/g, '-')}`,
    heading,
    actions: html`<a class="button small" href="${consoleUrls.policy(scope)}">${page.words(mayChange ? 'groups.changeRule' : 'groups.showRule')}<span class="visually-hidden"> ${heading}</span></a>`,
    content: ruleFacts(page, { rule, models }),
  });
}
