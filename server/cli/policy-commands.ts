import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { DryRun } from '../admin/dry-run.ts';
import { ruleFields } from '../authenticator-policy/merge.ts';
import { AppError } from '../errors.ts';
import { withAdministration } from './installation.ts';
import { instant, remoteLeaf, show, table } from './output.ts';
import { countingPeople } from './progress.ts';
import type { Surroundings } from './surroundings.ts';

/** So many people are named to a person; `--json` names more. */
const mostNamed = 20;

export function addPolicyCommands(program: Command, surroundings: Surroundings): void {
  const command = program
    .command('policy')
    .description('what the installation, groups and apps ask of passkeys (docs/operations.md)');
  remoteLeaf(command, 'show', 'every rule that is in force')
    .addHelpText('after', () => `\nFields of a rule:\n${fieldLines().join('\n')}`)
    .action(async (options) => {
      const { models, ...data } = await withAdministration(surroundings, (admin) => admin.policy.show({}));
      show(surroundings, options, { data, lines: policyLines(data, models) });
    });
  remoteLeaf(command, 'check <file>', 'who would be turned away by a file of rules; saves nothing').action(
    async (file: string, options) => {
      const policy = readJson(file);
      const data = await countingPeople(surroundings, (onProgress) =>
        withAdministration(surroundings, (admin) => admin.policy.check({ policy }, { onProgress })),
      );
      show(surroundings, options, { data, lines: checkLines(data) });
    },
  );
  remoteLeaf(command, 'apply <file>', 'check a file of rules, then put it in force')
    .option('--yes', 'also where it newly turns away more than a tenth of all people')
    .action(async (file: string, options: { json?: boolean; yes?: boolean }) => {
      const [policy, meant] = [readJson(file), options.yes === true];
      const data = await countingPeople(surroundings, (onProgress) =>
        withAdministration(surroundings, (admin) => admin.policy.apply({ policy, meant }, { onProgress })),
      );
      const changed = data.changed.length > 0 ? data.changed.join(', ') : 'nothing';
      show(surroundings, options, { data, lines: [...checkLines(data.checked), `Changed: ${changed}.`] });
    });
}

function readJson(name: string): Record<string, unknown> {
  const file = resolve(name);
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const detail = `${file} is no JSON that can be read: ${(cause as Error).message}`;
    throw new AppError('field_invalid', { field: 'file', detail, cause });
  }
}

function fieldLines(): readonly string[] {
  const rows = Object.entries(ruleFields).map(([name, { means, stricter }]) => [name, means, stricter]);
  return table(['field', 'means', 'stricter'], rows, '');
}

interface Shown {
  installation: object;
  groups: Record<string, object>;
  apps: Record<string, object>;
}

function policyLines({ installation, groups, apps }: Shown, models: Record<string, string>): string[] {
  const rules = [
    ...ruleLines('The installation asks of every passkey:', installation, models),
    ...Object.entries(groups).flatMap(([name, rule]) =>
      ruleLines(`The group ${name} asks of its people:`, rule, models),
    ),
    ...Object.entries(apps).flatMap(([id, rule]) =>
      ruleLines(`The app ${id} asks of whoever signs in to it:`, rule, models),
    ),
  ];
  return rules.length > 0
    ? rules
    : ['There is no rule yet: every passkey may be used, unless its model is revoked or compromised.'];
}

function ruleLines(heading: string, rule: object, models: Record<string, string>): string[] {
  const fields = Object.entries(rule).map(([name, value]) => `  ${name}: ${shown(value, models)}`);
  return fields.length > 0 ? [heading, ...fields] : [];
}

function shown(value: unknown, models: Record<string, string>): string {
  if (!Array.isArray(value)) return String(value);
  const named = value.map((each: string) => (models[each] ? `${each} (${models[each]})` : each));
  return named.join(', ') || 'none';
}

function checkLines(run: DryRun): string[] {
  const { people, turnedAway, newlyTurnedAway, inForceAt, fewPasskeys, administrators } = run;
  const when = inForceAt === undefined ? '' : `, when all of it is in force on ${instant(inForceAt)}`;
  const already = turnedAway - newlyTurnedAway;
  const today = already > 0 ? ` (${already} of them already today)` : '';
  const parts = [
    ['the installation', run.installation] as const,
    ...run.groups.map((group) => [`the group ${group.name}`, group] as const),
    ...run.apps.map((app) => [`the app ${app.id}`, app] as const),
  ];
  const by = parts
    .filter(([, part]) => part.turnedAway > 0)
    .map(([name, part]) => `  ${name}: ${part.turnedAway} of ${part.people}`);
  return [
    `Would turn away ${turnedAway} of ${people} people${when}${today}${by.length > 0 ? ':' : '.'}`,
    ...by,
    ...exampleLines(run),
    ...(fewPasskeys > 0 ? [`${fewPasskeys} would be asked to add another passkey.`] : []),
    `${administrators.able} of ${administrators.people} administrators could sign in.`,
  ];
}

function exampleLines({ examples, turnedAway }: DryRun): string[] {
  const named = examples.slice(0, mostNamed).map(({ userName, by }) => `  ${userName}: ${by.join(', ')}`);
  if (named.length === 0) return [];
  const rest = turnedAway - named.length;
  return ['By person:', ...named, ...(rest > 0 ? [`  and ${rest} more: --json names them`] : [])];
}
