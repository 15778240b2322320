/** Holds what runs against the model: a row for each thing that must hold, and no row that only looks like it. */
import type { z } from 'zod';
import { ConfigError } from '../errors.ts';
import type { Architecture, Requirement } from './model.ts';

/** Looks whether one kind of requirement holds. */
export interface Probe<Context, Parameters = unknown> {
  /** The requirement's id, such as `tls-minimum-version`. */
  control: string;
  /** What that belongs to: `TLS` at the edge and `mTLS` inside are looked at in different ways. */
  kind: string;
  /** All parameters that it looks at. One that is not among them is never taken for shown. */
  parameters: z.ZodType<Parameters>;
  /**
   * @throws NoMeansError if this installation has not what it takes to look
   */
  run(parameters: Parameters, context: Context): Promise<Finding>;
}

export interface Finding {
  expected: string;
  seen: string;
  matches: boolean;
}

/** A probe could not look, which says nothing about what it would have seen. */
export class NoMeansError extends Error {
  override name = 'NoMeansError';
}

/** Ties the parameters that a probe reads to those that it is given. */
export function probe<Context, Parameters>(given: Probe<Context, Parameters>): Probe<Context> {
  return {
    ...given,
    run: (parameters, context) => given.run(given.parameters.parse(parameters), context),
  };
}

export interface VerifiedRow {
  control: string;
  kind: string;
  /** Or the node, where the requirement is of one. */
  relationship: string;
  /** `kind/control` of the probe that looked; `–` if there is none. */
  probe: string;
  expected: string;
  seen: string;
  state: 'passed' | 'differs' | 'not probed' | 'accepted';
}

/** What an operator knows not to be probed, and why that is good enough. */
export interface Acceptance {
  control: string;
  /** Everywhere, if absent. */
  relationship?: string;
  reason: string;
}

export interface Verification {
  rows: readonly VerifiedRow[];
  /** 1 if something differs, 2 if something was not probed and is not accepted, 0 if all holds. */
  exitCode: 0 | 1 | 2;
}

export interface VerifyOptions<Context> {
  context: Context;
  /** What parameters such as `spiffe://{trustDomain}/provider` are filled in from. */
  values: Readonly<Record<string, string | undefined>>;
  accepted?: readonly Acceptance[];
}

interface Task {
  at: string;
  requirement: Requirement;
}

/**
 * An acceptance stands for a probe that is missing, never for what one saw.
 * @throws ConfigError if an acceptance names what the model has not
 */
export async function verifyArchitecture<Context>(
  model: Architecture,
  probes: readonly Probe<Context>[],
  options: VerifyOptions<Context>,
): Promise<Verification> {
  const tasks = [...model.nodes, ...model.relationships].flatMap(({ id, controls }) =>
    controls.flatMap(({ requirements }) =>
      requirements.map((requirement): Task => ({ at: id, requirement })),
    ),
  );
  checkAcceptances(tasks, options.accepted ?? []);
  const rows: VerifiedRow[] = [];
  for (const task of tasks) rows.push(accept(await look(task, probes, options), options.accepted ?? []));
  return { rows, exitCode: exitCodeOf(rows) };
}

function exitCodeOf(rows: readonly VerifiedRow[]): Verification['exitCode'] {
  // Where nothing is asked for, nothing is shown.
  if (rows.some(({ state }) => state === 'differs')) return 1;
  return rows.length === 0 || rows.some(({ state }) => state === 'not probed') ? 2 : 0;
}

function checkAcceptances(tasks: readonly Task[], accepted: readonly Acceptance[]): void {
  const unknown = accepted.filter(
    ({ control, relationship = '' }) =>
      !tasks.some(
        ({ at, requirement }) => requirement.id === control && (!relationship || at === relationship),
      ),
  );
  if (unknown.length > 0)
    throw new ConfigError(
      unknown.map(
        ({ control, relationship }) =>
          `${control}${relationship ? ` of ${relationship}` : ''} is accepted, but the model has no such requirement.`,
      ),
    );
}

function accept(row: VerifiedRow, accepted: readonly Acceptance[]): VerifiedRow {
  if (row.state !== 'not probed') return row;
  const found = accepted.find(
    ({ control, relationship = row.relationship }) =>
      control === row.control && relationship === row.relationship,
  );
  return found ? { ...row, state: 'accepted', seen: `${row.seen}; accepted: ${found.reason}` } : row;
}

async function look<Context>(
  { at, requirement }: Task,
  probes: readonly Probe<Context>[],
  { context, values }: VerifyOptions<Context>,
): Promise<VerifiedRow> {
  const { id, control, parameters } = requirement;
  const found = probes.find((probe) => probe.control === id && probe.kind === control);
  const row = {
    ...{ control: id, kind: control, relationship: at },
    probe: found ? `${control}/${id}` : '–',
    expected: JSON.stringify(parameters),
  };
  if (!found) return { ...row, seen: 'there is no probe for it', state: 'not probed' };
  const filled = fill(parameters, values);
  if (typeof filled === 'string') return { ...row, seen: filled, state: 'not probed' };
  const read = found.parameters.safeParse(filled);
  if (!read.success)
    return { ...row, seen: `the probe does not know ${said(read.error)}`, state: 'not probed' };
  try {
    const { expected, seen, matches } = await found.run(filled, context);
    return { ...row, expected, seen, state: matches ? 'passed' : 'differs' };
  } catch (error) {
    const state = error instanceof NoMeansError ? 'not probed' : 'differs';
    return { ...row, seen: (error as Error).message, state };
  }
}

function said({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ');
}

/** The parameters with the values of this installation in place of their names, or the name that has none. */
function fill(parameters: Requirement['parameters'], values: VerifyOptions<unknown>['values']) {
  let missing: string | undefined;
  const put = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
      if (values[name] === undefined) missing = `${name} is not known here`;
      return values[name] ?? whole;
    });
  const filled = Object.entries(parameters).map(([name, value]) => {
    if (Array.isArray(value)) return [name, value.map(put)];
    return [name, typeof value === 'string' ? put(value) : value];
  });
  return missing ?? (Object.fromEntries(filled) as Requirement['parameters']);
}
