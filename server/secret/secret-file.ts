import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { createSecret, generateRoot, randomToken, type Secret } from './secret.ts';

/** A secret, and where it came from: a setting, or the file made at the first start. */
export type OpenSecret = Secret & { readonly where: 'setting' | { readonly file: string } };

type Settings = Pick<Config, 'secret' | 'dataDir' | 'storageUrl'>;

/**
 * Opens the installation secret: the setting, else the file `secret` in the data folder, which is made at the
 * first start. A missing, damaged or readable-by-others secret is never replaced: everything that is stored
 * depends on it (F24).
 * @param create make the file where there is neither a secret nor a storage; a command says `false`
 * @throws ConfigError that names the file and the remedy
 */
export function openSecret(config: Settings, { create = true } = {}): OpenSecret {
  if (config.secret !== undefined) return { ...createSecret(config.secret), where: 'setting' };
  const file = secretFile(config);
  const root = readRoot(file) ?? (create ? makeRoot(file, config) : refuseToCreate(file));
  return { ...createSecret(root), where: { file } };
}

/** Where the secret is kept when no setting gives it. */
export function secretFile(config: Pick<Config, 'dataDir'>): string {
  return join(config.dataDir, 'secret');
}

function readRoot(file: string): string | undefined {
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
  if (!/^[\w-]{43,}$/.test(text))
    throw new ConfigError([
      `The secret file ${file} is damaged: it must hold at least 32 bytes as base64url. Put back the copy you kept; a new secret cannot open what is stored.`,
    ]);
  return text;
}

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
  if (existsSync(storage)) return readRoot(file) ?? refuseLostSecret(file, storage);
  try {
    makeFolder(dirname(file));
    writeOnce(file, `${generateRoot()}\n`);
  } catch (error) {
    throw new ConfigError([
      `LATCHKEY_DATA_DIR is ${config.dataDir}, where nothing can be written (${(error as NodeJS.ErrnoException).code}). Put a folder that the user who runs Latchkey may write to.`,
    ]);
  }
  const root = readRoot(file);
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
