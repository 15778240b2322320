import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { serviceNames } from '../service-identity/spiffe-id.ts';
import type { NewFile } from './files.ts';

const issuedSchema = z.strictObject({
  serialNumber: z.string().regex(/^[0-9a-f]+$/),
  name: z.enum(serviceNames),
  notBefore: z.number(),
  notAfter: z.number(),
  dns: z.array(z.string()),
  revokedAt: z.number().optional(),
});

const registerSchema = z.strictObject({
  trustDomain: z.string(),
  /** RFC 5280 §5.2.3: of the list published last. */
  listNumber: z.int(),
  /** When that one must be replaced. */
  listValidUntil: z.number(),
  /** In the order of their making. */
  issued: z.array(issuedSchema),
});

/** A certificate as the authority remembers it. Times are epoch milliseconds. */
export type Issued = Readonly<z.infer<typeof issuedSchema>>;

/** All that an authority must remember. */
export type Register = Readonly<Omit<z.infer<typeof registerSchema>, 'issued'>> & {
  readonly issued: readonly Issued[];
};

/** @throws ConfigError that names the file */
export function readRegister(file: string): Register {
  try {
    return registerSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new ConfigError([
      `${file} is damaged or missing. Put back the copy you kept, or move the authority's folder away and begin with another one: \`latchkey certs init\`.`,
    ]);
  }
}

const month = 30 * 24 * 60 * 60 * 1000;

/**
 * What has long expired can neither be used nor revoked, and is forgotten; but not the last of a name, which tells
 * whether the name was revoked.
 */
export function registerFile(path: string, register: Register, now: number): NewFile {
  const latest = latestOf(register);
  const issued = register.issued.filter((one) => one.notAfter > now - month || latest.includes(one));
  return { path, content: `${JSON.stringify({ ...register, issued }, undefined, 2)}\n` };
}

/** The last certificate of each name that has one. */
export function latestOf({ issued }: Register): Issued[] {
  return serviceNames.flatMap((name) => issued.findLast((one) => one.name === name) ?? []);
}
