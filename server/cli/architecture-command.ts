import type { Command } from 'commander';
import type { Acceptance, VerifiedRow } from '../architecture/verify.ts';
import { AppError } from '../errors.ts';
import { withInstallation } from './installation.ts';
import { leaf, show, table } from './output.ts';
import type { Surroundings } from './surroundings.ts';

interface Options {
  json?: boolean;
  model?: string;
  accept?: string[];
}

const shipped = new URL('../../docs/architecture/latchkey.calm.json', import.meta.url);

/** Holds a running installation against the model of the architecture. */
export function addArchitectureCommand(
  program: Command,
  surroundings: Surroundings,
  setExitCode: (code: number) => void,
): void {
  const collect = (value: string, before: string[] = []) => [...before, value];
  leaf(
    program,
    'verify-architecture',
    'make the connections that the model of the architecture forbids, and see them refused',
  )
    .option('--model <file>', 'another model in CALM')
    .option('--accept <control[@relationship]=reason>', 'what is known not to be looked at here', collect)
    .addHelpText(
      'after',
      '\nExit codes: 0 all holds, 1 something differs, 2 something was not looked at and is not accepted.',
    )
    .action(async (options: Options) => {
      const { rows, exitCode } = await verify(surroundings, options);
      const lines = table(headings, rows.map(cells), 'The model asks for nothing.');
      show(surroundings, options, { data: { exitCode, rows }, lines: [...lines, '', summary(rows)] });
      setExitCode(exitCode);
    });
}

async function verify(surroundings: Surroundings, { model, accept = [] }: Options) {
  const { loadArchitecture } = await import('../architecture/model.ts');
  const { verifyArchitecture } = await import('../architecture/verify.ts');
  const { inOneProcess } = await import('../architecture/manager-context.ts');
  const { allProbes } = await import('../architecture/all-probes.ts');
  const { architectureContext } = await import('./architecture-context.ts');
  const architecture = loadArchitecture(model ?? shipped);
  return withInstallation(surroundings, ({ config, storage }) => {
    const context = {
      ...architectureContext(config, storage),
      onWait: (what: string) => {
        if (surroundings.forPeople) surroundings.err(`Waiting ${what} …\n`);
      },
    };
    const { hostname: host } = new URL(config.issuer);
    const between = architecture.relationships.filter(
      ({ id }) => id === 'authentication-service-uses-passkey-manager',
    );
    const accepted = [
      ...accept.map(acceptance),
      ...(config.passkeysUrl === undefined ? between.flatMap((one) => acceptAll(one, inOneProcess)) : []),
    ];
    return verifyArchitecture(architecture, allProbes, {
      context,
      values: { issuer: config.issuer, host, trustDomain: config.trustDomain },
      accepted,
    });
  });
}

function acceptAll(
  { id, controls }: { id: string; controls: readonly { requirements: readonly { id: string }[] }[] },
  reason: string,
): Acceptance[] {
  const ids = new Set(controls.flatMap(({ requirements }) => requirements.map((one) => one.id)));
  return [...ids].map((control) => ({ control, relationship: id, reason }));
}

function acceptance(text: string): Acceptance {
  const [, control, relationship, reason] = /^([\w-]+)(?:@([\w-]+))?=(.+)$/.exec(text) ?? [];
  if (!control || !reason)
    throw new AppError('field_invalid', {
      field: 'accept',
      detail: '--accept takes CONTROL=REASON or CONTROL@RELATIONSHIP=REASON',
    });
  return { control, reason, ...(relationship && { relationship }) };
}

const headings = ['state', 'control', 'where', 'expected', 'seen'];

const cells = ({ state, control, kind, relationship, expected, seen }: VerifiedRow) => [
  state,
  `${kind}/${control}`,
  relationship,
  expected.slice(0, 160),
  seen.slice(0, 160),
];

function summary(rows: readonly VerifiedRow[]): string {
  const count = (state: VerifiedRow['state']) =>
    `${rows.filter((row) => row.state === state).length} ${state}`;
  return `${(['passed', 'differs', 'not probed', 'accepted'] as const).map(count).join(', ')}.`;
}
