import { type PolicyData, policyPage, type RuleFields } from '../../views/console/policies/edit.ts';
import { policiesPage } from '../../views/console/policies/list.ts';
import type { Rule } from '../../views/console/policies/rule-facts.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import { attempt } from './problems.ts';
import { fieldsOfRule, noRule, readRule, ruleProblems, typedRule } from './rule-form.ts';
import { type Answer, type ConsoleRoute, may, noticeOf, type Visit } from './visit.ts';

export const policyRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/policies', run: showPolicies },
  { method: 'GET', path: '/policies/:scope', run: (visit) => showPolicy(visit) },
  { method: 'POST', path: '/policies/:scope', run: changePolicy },
];

/** Times as they are shown: a file has them as text. */
function ruleOf(written: Record<string, unknown> = {}): Rule {
  const { effectiveFrom, ...rule } = written;
  return { ...rule, ...(typeof effectiveFrom === 'string' && { effectiveFrom: Date.parse(effectiveFrom) }) };
}

async function showPolicies(visit: Visit): Promise<Answer> {
  const { admin, page } = visit;
  const { installation, groups, apps, models } = await admin.policy.show({});
  const scopedGroups = await Promise.all(
    Object.entries(groups).map(async ([name, rule]) => {
      const { id } = await admin.groups.show({ group: name });
      return { id, name, rule: ruleOf(rule) };
    }),
  );
  const scopedApps = await Promise.all(
    Object.entries(apps).map(async ([id, rule]) => {
      const { name } = await admin.apps.show({ id });
      return { id, name, rule: ruleOf(rule) };
    }),
  );
  return {
    page: policiesPage(page, {
      installation: ruleOf(installation),
      groups: scopedGroups,
      apps: scopedApps,
      models,
      mayChange: may(visit, 'policies:write'),
      ...noticeOf(visit),
    }),
  };
}

/** Whose rule it is: `installation`, `group:ID`, `app:ID`. */
async function findScope({ admin }: Visit, scope: string) {
  const [, kind = 'installation', id = ''] = /^(group|app):(.+)$/.exec(scope) ?? [];
  if (kind === 'group')
    return { kind: 'groups' as const, key: (await admin.groups.show({ group: id })).name };
  if (kind === 'app') {
    const { name } = await admin.apps.show({ id });
    return { kind: 'apps' as const, key: id, name };
  }
  return { kind: 'installation' as const };
}

type Scope = Awaited<ReturnType<typeof findScope>>;
type Again = Pick<PolicyData, 'problems' | 'notice' | 'dryRun'> & { fields: RuleFields };

async function showPolicy(visit: Visit, again?: Again): Promise<Answer> {
  const { admin, page, params } = visit;
  const scope = await findScope(visit, params.scope ?? '');
  const policy = await admin.policy.show({});
  const written = scope.kind === 'installation' ? policy.installation : policy[scope.kind][scope.key];
  const name = 'name' in scope ? scope.name : 'key' in scope ? scope.key : undefined;
  return {
    page: policyPage(page, {
      scope: params.scope ?? '',
      ...(name !== undefined && { name }),
      mayChange: may(visit, 'policies:write'),
      ...(again ?? { fields: written ? fieldsOfRule(written) : noRule, problems: {} }),
    }),
  };
}

/** The same form says what would come of it, and puts it in force. */
function changePolicy(visit: Visit): Promise<Answer> {
  const { admin, form, params } = visit;
  const fields = typedRule(form);
  return attempt(
    visit,
    async () => {
      const policy = await withRule(visit, await findScope(visit, params.scope ?? ''), readRule(fields));
      if (form.get('act') !== 'apply') {
        const dryRun = await admin.policy.check({ policy });
        return showPolicy(visit, { fields, dryRun, problems: {} });
      }
      await admin.policy.apply({ policy, meant: form.has('meant') });
      return { to: consoleUrls.policies, told: { kind: 'success', key: 'done.policyApplied' } };
    },
    async ({ notice, byPath }) => showPolicy(visit, { fields, notice, problems: ruleProblems(byPath) }),
  );
}

/** Of the part that it is in, the others stay as they are. */
async function withRule(
  { admin }: Visit,
  scope: Scope,
  rule: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  if (scope.kind === 'installation') return { installation: rule };
  const before = (await admin.policy.show({}))[scope.kind];
  const { [scope.key]: _, ...others } = before;
  return { [scope.kind]: Object.keys(rule).length > 0 ? { ...others, [scope.key]: rule } : others };
}
