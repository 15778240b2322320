import type { Command } from 'commander';
import { stringify } from 'yaml';
import { isDone, type Plan, planOf } from '../../admin/apply.ts';
import { type Configuration, configurationOf, readConfiguration } from '../../admin/configuration.ts';
import type { Administration } from '../../admin/operations.ts';
import { performPlan, readCurrent, rulesToCheck } from '../../admin/perform-plan.ts';
import { AppError } from '../../errors.ts';
import { withAdministration } from '../installation.ts';
import { remoteLeaf, show } from '../output.ts';
import { countingPeople, progressTo } from '../progress.ts';
import type { Surroundings } from '../surroundings.ts';
import { planFacts, planLines } from './plan-lines.ts';
import { readConfigurationFile } from './read-file.ts';
import { openSecretsFile } from './secrets-file.ts';

interface ApplyOptions {
  json?: boolean;
  dryRun?: boolean;
  prune?: boolean;
  yes?: boolean;
  turnAway?: boolean;
  secretsFile?: string;
}

const about = `
The file has groups, apps, APIs and rules: \`latchkey config show\` prints what there is. A part that is left out stays
as it is. What is named is as it is written: fields that are left out are as of a new one. It can be done again at any
time.`;

export function addConfigurationCommands(program: Command, surroundings: Surroundings): void {
  remoteLeaf(
    program,
    'apply <file>',
    'make apps, APIs, groups and rules as a file says (YAML or JSON): plan, then do',
  )
    .option('--dry-run', 'print the plan alone')
    .option(
      '--prune',
      'remove the groups, apps and APIs that the file does not name, in the parts that it has',
    )
    .option('--yes', 'do it without asking')
    .option('--turn-away', 'also where rules newly turn away more than a tenth of all people')
    .option('--secrets-file <file>', 'write the secrets of new apps into this file, and show none')
    .addHelpText('after', about)
    .action(async (file: string, options: ApplyOptions) => {
      const read = readConfigurationFile(file);
      const wanted = read.withLines(() => readConfiguration(read.value));
      await withAdministration(surroundings, async (administration) => {
        const current = await readCurrent(administration);
        const { prune = false } = options;
        const plan = read.withLines(() => planOf({ wanted, current, prune }));
        await apply(surroundings, { administration, plan, wanted, current, options });
      });
    });
  remoteLeaf(
    program.command('config').description('the configuration as a file'),
    'show',
    'print it as YAML',
  ).action(async (options) => {
    const data = await withAdministration(surroundings, async (administration) =>
      configurationOf(await readCurrent(administration)),
    );
    show(surroundings, options, { data, lines: [stringify(data, { lineWidth: 0 }).trimEnd()] });
  });
}

interface Applying {
  administration: Administration;
  plan: Plan;
  wanted: Configuration;
  current: Awaited<ReturnType<typeof readCurrent>>;
  options: ApplyOptions;
}

async function apply(surroundings: Surroundings, applying: Applying): Promise<void> {
  const { administration, plan, options } = applying;
  if (isDone(plan))
    return show(surroundings, options, { data: { plan: planFacts(plan) }, lines: ['Nothing to do.'] });
  const { policy } = administration;
  const checked =
    plan.rules.length > 0
      ? await countingPeople(surroundings, (onProgress) =>
          policy.check({ policy: rulesToCheck(applying) }, { onProgress }),
        )
      : undefined;
  const lines = planLines(plan, checked);
  const told = { plan: planFacts(plan), ...(checked && { checked }) };
  if (options.dryRun) return show(surroundings, options, { data: told, lines });
  if (!options.json) show(surroundings, options, { data: told, lines });
  await confirm(surroundings, options);
  const secrets = await perform(surroundings, applying);
  show(surroundings, options, { data: { ...told, secrets }, lines: ['Done.', ...secretLines(secrets)] });
}

/** @throws AppError `confirmation_required` where nobody can be asked, or said no */
async function confirm({ ask }: Surroundings, { yes, json }: ApplyOptions): Promise<void> {
  if (yes) return;
  if (json || !ask)
    throw new AppError('field_invalid', { field: 'yes', detail: 'nothing was done: --yes does it' });
  if (!/^y(es)?$/i.test(await ask('Do this? [y/N] ')))
    throw new AppError('field_invalid', { field: 'yes', detail: 'nothing was done' });
}

/** @returns secrets to be shown: none where they go into a file */
async function perform(surroundings: Surroundings, { administration, options, ...rest }: Applying) {
  const shown: Record<string, string> = {};
  const { secretsFile, turnAway = false } = options;
  const { apps } = rest.plan;
  const mayMake = apps.some(
    (step) => step.action === 'create' || (step.action === 'change' && step.needsSecret),
  );
  const keep = secretsFile !== undefined && mayMake ? openSecretsFile(secretsFile) : undefined;
  const onSecret = (id: string, secret: string) => {
    if (keep) keep(id, secret);
    else shown[id] = secret;
  };
  try {
    const onProgress = progressTo(surroundings, 'Applying');
    await performPlan(administration, { ...rest, turnsAway: turnAway, onSecret, onProgress });
  } catch (error) {
    // What was made before it broke off: its secret is kept nowhere else.
    surroundings.err(
      secretLines(shown)
        .map((line) => `${line}\n`)
        .join(''),
    );
    throw error;
  }
  return shown;
}

function secretLines(secrets: Record<string, string>): string[] {
  const lines = Object.entries(secrets).map(([id, secret]) => `Client secret of ${id}: ${secret}`);
  return lines.length > 0 ? [...lines, 'Keep it now: it is stored nowhere and cannot be shown again.'] : [];
}
