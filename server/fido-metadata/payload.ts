/** What a blob says (FIDO Metadata Service 3.0 §3.1.6). */
import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises';
import { z } from 'zod';
import { modelName } from './model.ts';
import { MetadataError } from './refusal.ts';
import { type KnownModel, modelOf, statementSchema } from './statement.ts';
import { speaksAgainst } from './statuses.ts';

export interface Payload {
  no: number;
  /** The day by which the next one comes, epoch milliseconds. */
  nextUpdate: number;
  /** Models of passkeys: those with an AAGUID. */
  models: readonly KnownModel[];
  entries: number;
  /** Entries of models with an AAGUID that could not be read, and are left out. */
  notUnderstood: number;
}

const date = z.iso.date().transform((day) => Date.parse(`${day}T00:00:00Z`));

const payloadSchema = z.looseObject({
  no: z.int().positive(),
  nextUpdate: date,
  entries: z.array(z.unknown()).min(1),
});

/** A day that is not understood is no day: what it is said of holds now. */
const reportSchema = z
  .looseObject({ status: z.string().max(64), effectiveDate: date.optional().catch(undefined) })
  .transform(({ status, effectiveDate = 0 }) => ({ status, effectiveAt: effectiveDate }));

/** One report that is not understood is left out; each model has a few. */
const reports = z
  .array(z.unknown())
  .max(1000)
  .transform((all) => all.flatMap((report) => reportSchema.safeParse(report).data ?? []));

const entrySchema = z.looseObject({
  aaguid: z.string(),
  metadataStatement: statementSchema,
  statusReports: reports,
});

/** What counts of a model whose statement is not understood. */
const reportedSchema = z.looseObject({ aaguid: statementSchema.shape.aaguid, statusReports: reports });

/** So many are read before others get their turn: the server goes on meanwhile. */
const atOnce = 40;

/**
 * One entry that is not understood is left out and counted; the others stand. What speaks against its model is kept:
 * nobody is to be let in because a statement has a word too many. @throws MetadataError
 */
export async function readPayload(bytes: Buffer): Promise<Payload> {
  const { no, nextUpdate, entries } = readOuter(parse(bytes));
  const withAaguid = entries.filter((entry) => Object.hasOwn(Object(entry), 'aaguid'));
  const models: KnownModel[] = [];
  let notUnderstood = 0;
  for (const [index, entry] of withAaguid.entries()) {
    if (index % atOnce === 0) await turnOfTheEventLoop();
    const model = readEntry(entry);
    if (!model) notUnderstood += 1;
    models.push(...(model ? [model] : readObjections(entry)));
  }
  return {
    no,
    nextUpdate,
    models,
    entries: entries.length,
    notUnderstood,
  };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new MetadataError('not_json', { cause });
  }
}

function readOuter(value: unknown): z.infer<typeof payloadSchema> {
  const read = payloadSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new MetadataError('wrong_shape', { detail: `${issue?.path.join('.') || 'it'}: ${issue?.message}` });
}

function readEntry(entry: unknown): KnownModel | undefined {
  const { success, data } = entrySchema.safeParse(entry);
  if (!success || data.aaguid.toLowerCase() !== data.metadataStatement.aaguid) return undefined;
  return modelOf(data.metadataStatement, { reports: data.statusReports, isLocal: false });
}

function readObjections(entry: unknown): KnownModel[] {
  const { data } = reportedSchema.safeParse(entry);
  if (!data?.statusReports.some(({ status }) => speaksAgainst(status))) return [];
  const { aaguid, statusReports: reports } = data;
  const nothingKnown = { keyProtection: [], attestationTypes: [], attestationRoots: [] };
  return [{ aaguid, name: modelName(aaguid) ?? aaguid, ...nothingKnown, reports, isLocal: false }];
}
