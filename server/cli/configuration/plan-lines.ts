import type { Plan } from '../../admin/apply.ts';
import type { DryRun } from '../../admin/dry-run.ts';

type AnyStep = Plan['groups' | 'apps' | 'apis'][number];

/** What would be done, for people: what stays is counted. */
export function planLines(plan: Plan, checked?: DryRun): string[] {
  const steps = [
    ...plan.groups.map((step) => stepLine('group', step)),
    ...plan.apps.map((step) => stepLine('app', step)),
    ...plan.apis.map((step) => stepLine('API', step)),
  ];
  const changes = steps.filter((line) => line !== undefined);
  const unchanged = steps.length - changes.length;
  return [
    ...changes,
    ...plan.rules.map((name) => `  change   rule for ${name === 'installation' ? 'the installation' : name}`),
    ...(unchanged > 0 ? [`  ${unchanged} unchanged`] : []),
    ...(checked && plan.rules.length > 0 ? [turnedAwayLine(checked)] : []),
  ];
}

function stepLine(what: string, step: AnyStep): string | undefined {
  if (step.action === 'unchanged') return undefined;
  const line = `  ${step.action.padEnd(8)} ${what} ${step.name}`;
  return step.action === 'change' ? `${line}: ${step.fields.join(', ')}` : line;
}

function turnedAwayLine({ people, turnedAway, newlyTurnedAway }: DryRun): string {
  const newly = turnedAway > 0 ? `, ${newlyTurnedAway} of them newly` : '';
  return `  The rules would turn away ${turnedAway} of ${people} people${newly}.`;
}

/** For scripts: without what is sent. */
export const planFacts = ({ groups, apps, apis, rules }: Plan) => ({
  groups: groups.map(stepFacts),
  apps: apps.map(stepFacts),
  apis: apis.map(stepFacts),
  rules,
});

const stepFacts = (step: AnyStep) => ({
  action: step.action,
  name: step.name,
  ...(step.action === 'change' && { fields: step.fields }),
});
