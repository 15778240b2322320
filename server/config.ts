import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './errors.ts';
import { checkMtls, mtlsOf } from './mtls-config.ts';
import type { RelyingParty } from './setting-readers.ts';
import { settings } from './settings.ts';
import { checkSigner, signingKeysOf } from './signing-key-settings.ts';

type Settings = { [Name in keyof typeof settings]: ReturnType<(typeof settings)[Name]['read']> };
type SettingName = keyof typeof settings;

/** The settings as the rooms use them. Frozen. */
export type Config = ReturnType<typeof arrange>;

/**
 * Reads the settings from the environment, reports every mistake at once, and freezes the result.
 * @throws ConfigError with one sentence for each setting that is wrong
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems = unknownNames(env);
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(settings) as SettingName[]) {
    try {
      values[name] = settings[name].read(rawValue(env, name));
    } catch (error) {
      problems.push(error instanceof ConfigError ? error.message : `${name} ${(error as Error).message}.`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const config = arrange(values as Settings, env.LATCHKEY_SECRET_FILE || undefined);
  const conflicts = check(config);
  if (conflicts.length > 0) throw new ConfigError(conflicts);
  return Object.freeze(config);
}

/** `NAME`, or what the file `NAME_FILE` holds where the setting is a secret. An empty value is no value. */
function rawValue(env: Readonly<Record<string, string | undefined>>, name: SettingName): string | undefined {
  const file = 'secret' in settings[name] ? env[`${name}_FILE`] : undefined;
  if (file && env[name]) throw new Error(`and ${name}_FILE are both set: use one`);
  if (!file) return env[name]?.trim() || undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError([
      `${name}_FILE names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code}). Put the path of a file that the user who runs Latchkey may read.`,
    ]);
  }
}

function unknownNames(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set(
    Object.entries(settings).flatMap(([name, setting]) =>
      'secret' in setting ? [name, `${name}_FILE`] : [name],
    ),
  );
  return Object.keys(env)
    .filter((name) => name.startsWith('LATCHKEY_') && !known.has(name))
    .map((name) => `${name} is not a setting. Is it misspelt? docs/configuration.md has all of them.`);
}

const day = 24 * 60 * 60;

function brandOf(values: Settings) {
  return {
    name: values.LATCHKEY_NAME,
    logo: values.LATCHKEY_LOGO,
    accent: values.LATCHKEY_ACCENT_COLOR,
    supportContact: values.LATCHKEY_SUPPORT_CONTACT,
  };
}

function arrange(values: Settings, secretFile: string | undefined) {
  const issuer = new URL(values.LATCHKEY_ISSUER);
  const onLocalhost = isLocalhost(issuer.hostname);
  const ownRelyingParty: RelyingParty = { rpId: issuer.hostname, origins: [issuer.origin] };
  return {
    issuer: issuer.origin,
    onLocalhost,
    listen: {
      host: values.LATCHKEY_LISTEN_HOST,
      port: values.LATCHKEY_LISTEN_PORT ?? (onLocalhost ? portOf(issuer) : 3000),
      /** Where another port is put. */
      setting:
        onLocalhost && values.LATCHKEY_LISTEN_PORT === undefined ? 'LATCHKEY_ISSUER' : 'LATCHKEY_LISTEN_PORT',
    },
    metricsPort: values.LATCHKEY_METRICS_PORT,
    audit: auditOf(values),
    dataDir: values.LATCHKEY_DATA_DIR,
    storageUrl: values.LATCHKEY_STORAGE ?? `sqlite:${join(values.LATCHKEY_DATA_DIR, 'latchkey.sqlite')}`,
    /** One, or while it is exchanged several, told apart by white space. */
    secret: values.LATCHKEY_SECRET,
    /** Read again while the server runs. */
    secretFile,
    transferPassphrase: values.LATCHKEY_TRANSFER_PASSPHRASE,
    /** The first one is for new passkeys. */
    relyingParties: (values.LATCHKEY_PASSKEY_ORIGINS ?? [ownRelyingParty]) as readonly [
      RelyingParty,
      ...RelyingParty[],
    ],
    trustedProxies: values.LATCHKEY_TRUSTED_PROXIES,
    /** The passkey manager as a service of its own, and who the services are to each other. */
    passkeysUrl: values.LATCHKEY_PASSKEYS_URL,
    receiptKeys: values.LATCHKEY_RECEIPT_KEYS,
    certificates: values.LATCHKEY_CERTIFICATES ?? join(values.LATCHKEY_DATA_DIR, 'certificates'),
    attestationRevocations:
      values.LATCHKEY_ATTESTATION_REVOCATIONS ?? join(values.LATCHKEY_DATA_DIR, 'revocations'),
    trustDomain: values.LATCHKEY_TRUST_DOMAIN ?? issuer.hostname,
    outbound: outboundOf(values, onLocalhost),
    registration: values.LATCHKEY_REGISTRATION,
    clientDocumentHosts: values.LATCHKEY_CLIENT_DOCUMENT_HOSTS,
    impersonation: values.LATCHKEY_IMPERSONATION === 'on',
    mtls: mtlsOf(values.LATCHKEY_MTLS_URL, values.LATCHKEY_CLIENT_CA_FILE),
    fidoMetadata: fidoMetadataOf(values),
    brokenModels: values.LATCHKEY_BROKEN_MODELS,
    /** Whether this server has the console and the administration API. */
    administration:
      (values.LATCHKEY_ADMINISTRATION ?? (values.LATCHKEY_PASSKEYS_URL ? 'off' : 'on')) === 'on',
    signUp: values.LATCHKEY_SIGN_UP,
    lifetimes: lifetimesOf(values),
    signingKeys: signingKeysOf(values),
    brand: brandOf(values),
    mail: mailOf(values),
    demo: values.LATCHKEY_DEMO === 'auto' && onLocalhost,
    /** Requests a minute and address. */
    rateLimit: values.LATCHKEY_RATE_LIMIT,
    log: { level: values.LATCHKEY_LOG_LEVEL, format: values.LATCHKEY_LOG_FORMAT },
  };
}

/** Seconds. */
function lifetimesOf(values: Settings) {
  return {
    sessionIdle: values.LATCHKEY_SESSION_IDLE_MINUTES * 60,
    session: values.LATCHKEY_SESSION_HOURS * 60 * 60,
    keptSession: values.LATCHKEY_KEEP_SIGNED_IN_DAYS * day,
    accessToken: values.LATCHKEY_ACCESS_TOKEN_MINUTES * 60,
    refreshTokenIdle: values.LATCHKEY_REFRESH_TOKEN_IDLE_DAYS * day,
    refreshToken: values.LATCHKEY_REFRESH_TOKEN_DAYS * day,
    refreshTokenGrace: values.LATCHKEY_REFRESH_TOKEN_GRACE_SECONDS,
  };
}

function auditOf(values: Settings) {
  return {
    checkpointsFile: values.LATCHKEY_AUDIT_CHECKPOINTS,
    retentionDays: values.LATCHKEY_AUDIT_RETENTION,
  };
}

/** Where this server may ask for apps, beside public addresses, and whose certificates it trusts there. */
function outboundOf(values: Settings, onLocalhost: boolean) {
  const own = onLocalhost ? ['127.0.0.0/8', '::1/128'] : [];
  return {
    allow: [...values.LATCHKEY_OUTBOUND_ALLOW, ...own],
    authorities: values.LATCHKEY_OUTBOUND_CA_FILE,
  };
}

function fidoMetadataOf(values: Settings) {
  return {
    source: values.LATCHKEY_FIDO_METADATA_URL,
    roots: values.LATCHKEY_FIDO_METADATA_ROOTS,
    maxAgeDays: values.LATCHKEY_FIDO_METADATA_MAX_AGE,
    statements: values.LATCHKEY_FIDO_METADATA_STATEMENTS,
  };
}

/** Both or neither: see `check`. */
function mailOf(values: Settings) {
  const { LATCHKEY_SMTP_URL: url = '', LATCHKEY_MAIL_FROM: from = '' } = values;
  return url || from ? { url, from, ofRequests: values.LATCHKEY_REQUEST_MAILS === 'on' } : undefined;
}

export function isLocalhost(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '127.0.0.1' ||
    hostname === '[::1]'
  );
}

/** What works and is hardly meant: one sentence each, with what to put. */
export function doubtsAbout(
  config: Pick<Config, 'issuer' | 'onLocalhost' | 'listen' | 'trustedProxies'>,
): string[] {
  const issuer = new URL(config.issuer);
  const direct = config.onLocalhost && issuer.protocol === 'http:' && config.trustedProxies.length === 0;
  const { port } = config.listen;
  if (!direct || port === 0 || port === portOf(issuer)) return [];
  return [
    `LATCHKEY_LISTEN_PORT is ${port}, but LATCHKEY_ISSUER is ${issuer.origin}: browsers will not find this server there. Leave LATCHKEY_LISTEN_PORT out and put LATCHKEY_ISSUER=http://${issuer.hostname}:${port}, or name the gateway between them in LATCHKEY_TRUSTED_PROXIES.`,
  ];
}

function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === 'https:' ? 443 : 80));
}

/** The rules across settings. One sentence each, with what to put. */
function check(config: Config): string[] {
  const problems: string[] = [];
  const { protocol, hostname, origin } = new URL(config.issuer);
  const storage = config.storageUrl;
  if (protocol === 'http:' && !config.onLocalhost)
    problems.push(`LATCHKEY_ISSUER is ${origin}: outside localhost it must begin with https://.`);
  if (hostname === '127.0.0.1' || hostname === '[::1]')
    problems.push(
      `LATCHKEY_ISSUER is ${origin}: browsers make no passkeys for an IP address. Put http://localhost:${new URL(config.issuer).port || 80}.`,
    );
  if (!/^(sqlite:.|mongodb(\+srv)?:\/\/.)/.test(storage))
    problems.push('LATCHKEY_STORAGE must begin with sqlite:, mongodb:// or mongodb+srv://.');
  if (!config.secret && !(config.onLocalhost && storage.startsWith('sqlite:')))
    problems.push(
      'LATCHKEY_SECRET_FILE must name a file with the installation secret: it is made by itself only for SQLite on localhost. `latchkey secret` prints a new one.',
    );
  if (config.secret?.split(/\s+/).some((root) => Buffer.from(root, 'base64url').length < 32))
    problems.push(
      'LATCHKEY_SECRET must be at least 32 random bytes as base64url (43 characters). `latchkey secret` prints a new one.',
    );
  if (!config.relyingParties.some((party) => party.origins.includes(config.issuer)))
    problems.push(
      `LATCHKEY_PASSKEY_ORIGINS must list the issuer ${config.issuer} under one RP ID: people sign in there.`,
    );
  if (config.passkeysUrl?.startsWith('http:'))
    problems.push(
      `LATCHKEY_PASSKEYS_URL is ${config.passkeysUrl}: it must begin with https://. The passkey manager answers over mutual TLS alone.`,
    );
  const { source } = config.fidoMetadata;
  if (source.startsWith('http:') && !isLocalhost(new URL(source).hostname))
    problems.push(`LATCHKEY_FIDO_METADATA_URL is ${source}: outside localhost it must begin with https://.`);
  if (config.passkeysUrl !== undefined && config.receiptKeys === undefined)
    problems.push(
      'LATCHKEY_RECEIPT_KEYS must name a file with the public keys of the passkey manager at LATCHKEY_PASSKEYS_URL. `latchkey receipt-key export`, run with the settings of the passkey manager after its first start, prints them.',
    );
  problems.push(...checkSigner(config.signingKeys.signer, isLocalhost));
  if (config.mail && !config.mail.url)
    problems.push('LATCHKEY_SMTP_URL must name the mail server, or leave LATCHKEY_MAIL_FROM out.');
  if (config.mail && !config.mail.from)
    problems.push('LATCHKEY_MAIL_FROM must say whom mail is from, such as login@example.com.');
  problems.push(...checkMtls(config));
  if (config.lifetimes.refreshTokenIdle > config.lifetimes.refreshToken)
    problems.push('LATCHKEY_REFRESH_TOKEN_IDLE_DAYS must not be more than LATCHKEY_REFRESH_TOKEN_DAYS.');
  return problems;
}
