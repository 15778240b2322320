/** A metadata statement (FIDO Metadata Statement 3.0 §3), as far as anybody asks. */
import { z } from 'zod';
import type { AuthenticatorModel } from './catalogue.ts';
import { type Icon, readIcon } from './icon.ts';
import type { StatusReport } from './statuses.ts';

/** A model as it is kept: its reports, because days come on which another of them counts. */
export interface KnownModel extends Omit<AuthenticatorModel, 'statuses' | 'icon'> {
  reports: readonly StatusReport[];
  icon?: Icon;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** What an authenticator that does not tell its model sends. */
const unknownModel = '00000000-0000-0000-0000-000000000000';

/** As both editions of the format spell it: `KEY_PROTECTION_HARDWARE` and `hardware`. */
const word = (prefix: RegExp) =>
  z
    .string()
    .max(64)
    .transform((value) => value.toLowerCase().replace(prefix, ''));
const certificate = z
  .string()
  .transform((value) => value.replace(/\s/g, ''))
  .pipe(
    z
      .string()
      .regex(/^[A-Za-z0-9+/]+={0,2}$/)
      .max(16_384),
  );

export const statementSchema = z.looseObject({
  aaguid: z
    .string()
    .regex(uuid)
    .refine((aaguid) => aaguid !== unknownModel)
    .transform((aaguid) => aaguid.toLowerCase()),
  // Names are shown in pages and terminals: nothing in them steers either.
  description: z
    .string()
    .transform((text) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim())
    .pipe(z.string().min(1).max(200)),
  keyProtection: z.array(word(/^key_protection_/)).max(16),
  attestationTypes: z.array(word(/^attestation_/)).max(16),
  attestationRootCertificates: z.array(certificate).max(100),
  icon: z.string().optional(),
});

/** @param reports the earliest first, or in any order */
export function modelOf(
  statement: z.infer<typeof statementSchema>,
  { reports, isLocal }: { reports: readonly StatusReport[]; isLocal: boolean },
): KnownModel {
  const { aaguid, description, keyProtection, attestationTypes, attestationRootCertificates } = statement;
  const icon = statement.icon === undefined ? undefined : readIcon(statement.icon);
  return {
    aaguid,
    name: description,
    keyProtection,
    attestationTypes,
    attestationRoots: attestationRootCertificates,
    reports,
    isLocal,
    ...(icon && { icon }),
  };
}
