/** Metadata statements of models that this installation alone has, one JSON file each. */
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../errors.ts';
import { type KnownModel, modelOf, statementSchema } from './statement.ts';

const setting = 'LATCHKEY_FIDO_METADATA_STATEMENTS';

/** FIDO Registry of Predefined Values §3.2 and §3.6.3. */
const words = {
  keyProtection: ['hardware', 'secure_element', 'tee', 'software', 'remote_handle'],
  attestationTypes: ['basic_full', 'attca', 'anonca', 'ecdaa', 'basic_surrogate', 'none'],
};
const listOf = (known: readonly string[]) => `a list of ${known.join(', ')}`;
const wanted: Readonly<Record<string, string>> = {
  aaguid: 'an AAGUID such as ee882879-721c-4913-9775-3dfcce97072a',
  description: 'the name of the model, of at most 200 characters',
  keyProtection: listOf(words.keyProtection),
  attestationTypes: listOf(words.attestationTypes),
  attestationRootCertificates: 'a list of certificates, base64 of DER',
  icon: 'text, data:image/png;base64,…',
};

/**
 * A word of a later edition may stand in FIDO's metadata; in a statement that somebody wrote here it is a slip, and
 * would ask in vain for what the model has.
 */
const { shape } = statementSchema;
const ownSchema = statementSchema.extend({
  keyProtection: shape.keyProtection.refine(areOf(words.keyProtection)),
  attestationTypes: shape.attestationTypes.refine(areOf(words.attestationTypes)),
  attestationRootCertificates: shape.attestationRootCertificates.refine((all) => all.every(isCertificate)),
});

function areOf(known: readonly string[]) {
  return (values: readonly string[]) => values.every((value) => known.includes(value));
}

function isCertificate(base64: string): boolean {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64')) !== undefined;
  } catch {
    return false;
  }
}

/** @throws ConfigError that names each file that is wrong, with the field */
export function readLocalStatements(folder: string): KnownModel[] {
  const read = filesIn(folder).map((file) => readStatement(join(folder, file)));
  const problems = read.flatMap(({ problems }) => problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return read.flatMap(({ model }) => (model ? [model] : []));
}

function readStatement(file: string): { model?: KnownModel; problems: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return { problems: [`${setting}: ${file} is no JSON that can be read (${(error as Error).message}).`] };
  }
  const { data, error } = ownSchema.safeParse(value);
  if (data) return { model: modelOf(data, { reports: [], isLocal: true }), problems: [] };
  const fields = new Set(error.issues.map(({ path: [field = ''] }) => String(field)));
  return { problems: [...fields].map((field) => `${setting}: ${file} has no ${problemWith(field)}.`) };
}

/** @param field empty where the file is no statement at all */
function problemWith(field: string): string {
  if (field === '') return 'metadata statement: it must be one JSON object';
  return `${field} as a metadata statement has it: put ${wanted[field]}`;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch (error) {
    throw new ConfigError([
      `${setting} names ${folder}, which cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    ]);
  }
}
