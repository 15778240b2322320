/** The rows of Pocket ID 2.9 to 2.14 that are read, as its export and as its database have them. */
import { z } from 'zod';
import { AppError } from '../../errors.ts';

const text = z.string();
/** SQLite has numbers. */
const flag = z.union([z.boolean(), z.literal(0).transform(() => false), z.literal(1).transform(() => true)]);
/** ISO 8601 in the export, seconds in the database. Milliseconds here. */
const time = z.union([
  z.int().transform((seconds) => seconds * 1000),
  z.iso.datetime({ offset: true }).transform((iso) => Date.parse(iso)),
]);
/** Standard base64 in the export, as it is in the database. */
const bytes = z.union([
  z.instanceof(Uint8Array).transform((raw) => Buffer.from(raw)),
  z.base64().transform(decoded),
]);
/** JSON in those bytes, or as text. */
const json = <T extends z.ZodType>(schema: T) =>
  z
    .union([text.regex(/^\s*[[{]/), bytes.transform((raw) => raw.toString())])
    .transform((it, context): unknown => {
      try {
        return JSON.parse(it);
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

const texts = z
  .array(text)
  .nullable()
  .transform((list) => list ?? []);

export const rows = {
  users: z.object({
    id: text,
    username: text,
    email: text.nullish(),
    email_verified: flag.default(false),
    first_name: text.nullish(),
    last_name: text.nullish(),
    display_name: text.nullish(),
    is_admin: flag.default(false),
    disabled: flag.default(false),
    locale: text.nullish(),
    ldap_id: text.nullish(),
    created_at: time.nullish(),
    updated_at: time.nullish(),
  }),
  user_groups: z.object({ id: text, name: text, friendly_name: text.nullish(), created_at: time.nullish() }),
  user_groups_users: z.object({ user_id: text, user_group_id: text }),
  custom_claims: z.object({
    key: text,
    value: text,
    user_id: text.nullish(),
    user_group_id: text.nullish(),
  }),
  webauthn_credentials: z.object({
    name: text,
    credential_id: bytes,
    public_key: bytes,
    transport: json(texts).nullish(),
    backup_state: flag.default(false),
    user_id: text,
    created_at: time.nullish(),
  }),
  oidc_clients: z.object({
    id: text,
    name: text,
    /** Of 2.9: bcrypt, empty for a public client. */
    secret: text.nullish(),
    callback_urls: json(texts),
    logout_callback_urls: json(texts).nullish(),
    is_public: flag.default(false),
    pkce_enabled: flag.default(false),
    is_group_restricted: flag.optional(),
    requires_reauthentication: flag.default(false),
    requires_pushed_authorization_requests: flag.default(false),
    skip_consent: flag.default(false),
    image_type: text.nullish(),
    credentials: json(
      z.object({
        federatedIdentities: z.array(z.unknown()).nullish(),
        /** From 2.14 on. */
        secrets: z
          .array(
            z.object({
              id: text,
              alg: text,
              hash: text,
              createdAt: time.nullish(),
              expiresAt: time.nullish(),
            }),
          )
          .nullish(),
      }),
    ).nullish(),
    created_at: time.nullish(),
  }),
  oidc_clients_allowed_user_groups: z.object({ oidc_client_id: text, user_group_id: text }),
  api_keys: z.object({ name: text }),
  app_config_variables: z.object({ key: text, value: text }),
};

/** Tables of which only is told how much is in them. */
export const counted = [
  'oidc_refresh_tokens',
  'user_authorized_oidc_clients',
  'signup_tokens',
  'audit_logs',
] as const;

type TableName = keyof typeof rows;
export const tableNames = Object.keys(rows) as TableName[];

export type Tables = { [T in TableName]: z.output<(typeof rows)[T]>[] } & {
  counts: Partial<Record<(typeof counted)[number], number>>;
};

/** Rows as they were read, by table; one that is not there is empty. */
export type RawTables = Readonly<Record<string, readonly unknown[]>>;

/** @throws AppError `field_invalid` naming the table and row that is not as it should be */
export function parseTables(raw: RawTables): Tables {
  const parsed = tableNames.map((table) => [
    table,
    (raw[table] ?? []).map((row, at) => parseRow(table, row, at)),
  ]);
  const counts = Object.fromEntries(counted.map((table) => [table, raw[table]?.length ?? 0]));
  return { ...Object.fromEntries(parsed), counts } as Tables;
}

function parseRow(table: TableName, row: unknown, at: number): unknown {
  const { success, data, error } = rows[table].safeParse(row);
  if (success) return data;
  const [issue] = error.issues;
  throw new AppError('field_invalid', {
    field: 'file',
    detail: `it is not what Pocket ID writes: ${table}, row ${at + 1}, ${issue?.path.join('.')}: ${issue?.message}`,
  });
}

function decoded(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
