import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { createSecretRing, type SecretRing } from './ring.ts';
import { createSecret, generateRoot, randomToken } from './secret.ts';

/** The secret, and where it came from. */
export type OpenSecret = SecretRing & {
  /** A setting, or the file made at the first start. */
  readonly where: 'setting' | { readonly file: string };
  /** The file that holds it, whoever named it; absent where the setting itself does. */
  readonly file: string | undefined;
  /** Reads the file again. @throws ConfigError */
  reread(): void;
};

type Settings = Pick<Config, 'secret' | 'secretFile' | 'dataDir' | 'storageUrl'>;

/**
 * Opens the installation secret: the setting, else the file `secret` in the data folder, which is made at the
 * first start. A missing, damaged or readable-by-others secret is never replaced: everything that is stored
 * depends on it (F24).
 * @param create make the file where there is neither a secret nor a storage; a command says `false`
 * @throws ConfigError that names the file and the remedy
 */
export function openSecret(config: Settings, { create = true } = {}): OpenSecret {
  if (config.secret !== undefined) {
    const { secretFile: named } = config;
    return withFile(createSecretRing(rootsOf(config.secret)), {
      where: 'setting',
      file: named,
      read: () => named && readNamed(named),
    });
  }
  const file = secretFile(config);
  const text = readSecret(file) ?? (create ? makeRoot(file, config) : refuseToCreate(file));
  const read = () => readSecret(file);
  return withFile(createSecretRing(rootsOf(text)), { where: { file }, file, read });
}

/** Getters of the ring stay getters. */
function withFile(
  ring: SecretRing,
  { read, ...place }: Pick<OpenSecret, 'where' | 'file'> & { read: () => string | undefined },
): OpenSecret {
  return Object.defineProperties(ring, {
    where: { value: place.where },
    file: { value: place.file },
    reread: {
      value() {
        const text = read();
        if (text !== undefined) ring.replace(rootsOf(text));
      },
    },
  }) as OpenSecret;
}

/** The secret and, while it is exchanged, others: told apart by white space. */
function rootsOf(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

/** 32 bytes, or several of it. */
function isSecretText(text: string): boolean {
  const roots = rootsOf(text);
  return roots.length > 0 && roots.every((root) => Buffer.from(root, 'base64url').length >= 32);
}

/** Puts a new secret before those that are in the file. */
export function addSecret(file: string): void {
  const roots = [generateRoot(), ...rootsOf(readFileSync(file, 'utf8'))];
  const remedy =
    'Put a new one (`latchkey secret`) on a line before the one that is there yourself, for every server; then do this again.';
  writeSecrets(file, roots, remedy);
}

/** Leaves the one with this key id in the file alone. */
export function removeSecrets(file: string, keyId: string): void {
  const roots = rootsOf(readFileSync(file, 'utf8'));
  const left = roots.filter((root) => createSecret(root).keyId === keyId);
  writeSecrets(file, left, 'The exchange is at its end: take every line but the first out of it yourself.');
}

function readNamed(file: string): string {
  const text = readFileSync(file, 'utf8').trim();
  if (!isSecretText(text)) throw new ConfigError([damaged(file)]);
  return text;
}

/**
 * Puts secrets into the file in place of those that are there: wholly or not at all.
 * @throws ConfigError where that cannot be written
 */
function writeSecrets(file: string, roots: readonly string[], remedy: string): void {
  const draft = `${file}.${randomToken().slice(0, 8)}`;
  try {
    const descriptor = openSync(draft, 'wx', 0o600);
    try {
      writeSync(descriptor, roots.map((root) => `${root}\n`).join(''));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new ConfigError([
      `The secret file ${file} cannot be written (${(error as NodeJS.ErrnoException).code}). ${remedy}`,
    ]);
  }
}

/** Where the secret is kept when no setting gives it. */
export function secretFile(config: Pick<Config, 'dataDir'>): string {
  return join(config.dataDir, 'secret');
}

function readSecret(file: string): string | undefined {
  let text: string;
  try {
    refuseOtherReaders(file);
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ConfigError([`The secret file ${file} cannot be read (${code}). Its owner must run Latchkey.`]);
  }
  if (!/^[\w-]{43,}(\s+[\w-]{43,})*$/.test(text)) throw new ConfigError([damaged(file)]);
  return text;
}

const damaged = (file: string) =>
  `The secret file ${file} is damaged: it must hold at least 32 bytes as base64url. Put back the copy you kept; a new secret cannot open what is stored.`;

function refuseOtherReaders(file: string): void {
  const mode = statSync(file).mode & 0o777;
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new ConfigError([
    `The secret file ${file} may be used by other users (mode 0${mode.toString(8)}). Run: chmod 600 ${file}`,
  ]);
}

function makeRoot(file: string, config: Settings): string {
  const storage = config.storageUrl.replace(/^sqlite:/, '');
  // Another process may be at its own first start: its secret stands before its storage does.
  if (existsSync(storage)) return readSecret(file) ?? refuseLostSecret(file, storage);
  try {
    makeFolder(dirname(file));
    writeOnce(file, `${generateRoot()}\n`);
  } catch (error) {
    throw new ConfigError([
      `LATCHKEY_DATA_DIR is ${config.dataDir}, where nothing can be written (${(error as NodeJS.ErrnoException).code}). Put a folder that the user who runs Latchkey may write to.`,
    ]);
  }
  const root = readSecret(file);
  if (root === undefined) throw new ConfigError([`The secret file ${file} vanished while it was made.`]);
  return root;
}

/** The file appears with its whole content or not at all, and never in the place of another one. */
function writeOnce(file: string, content: string): void {
  const draft = `${file}.${randomToken().slice(0, 8)}`;
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, content);
    fsyncSync(descriptor);
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(descriptor);
    rmSync(draft, { force: true });
  }
}

function refuseLostSecret(file: string, storage: string): never {
  throw new ConfigError([
    `The storage ${storage} exists, but its secret ${file} is missing. Put back the copy you kept, or set LATCHKEY_SECRET_FILE: a new secret cannot open what is stored.`,
  ]);
}

function refuseToCreate(file: string): never {
  throw new ConfigError([
    `There is no secret at ${file}. A new installation makes it when it is started once; otherwise put back the copy you kept. LATCHKEY_DATA_DIR and LATCHKEY_SECRET_FILE must be as the server has them.`,
  ]);
}
