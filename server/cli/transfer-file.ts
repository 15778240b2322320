import { createReadStream, existsSync } from 'node:fs';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { checkPassphrase } from '../transfer/sealed.ts';
import type { Surroundings } from './surroundings.ts';

/** From the setting, else from whoever sits there. Never from the command line, which others can read. */
export async function passphrase({ askSecret }: Surroundings, config: Config): Promise<string> {
  if (config.transferPassphrase !== undefined) return config.transferPassphrase;
  if (askSecret) return askSecret('Passphrase: ');
  const detail =
    'LATCHKEY_TRANSFER_PASSPHRASE_FILE must name a file with the passphrase where nobody can be asked for it';
  throw new AppError('field_invalid', { field: 'passphrase', detail });
}

/** One that is typed is typed twice: nothing opens the file without it. */
export async function newPassphrase(surroundings: Surroundings, config: Config): Promise<string> {
  const first = checkPassphrase(await passphrase(surroundings, config));
  const { askSecret } = surroundings;
  if (config.transferPassphrase !== undefined || !askSecret) return first;
  if (checkPassphrase(await askSecret('The same again: ')) === first) return first;
  throw new AppError('field_invalid', { field: 'passphrase', detail: 'the two are not the same' });
}

export function streamOf(file: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(resolve(file))) as ReadableStream<Uint8Array>;
}

/** Bytes: a realm with a million people has a gigabyte and a half, which no text may have. */
const largestJson = 500 * 1024 * 1024;

/** @throws AppError `field_invalid` for what is no JSON, or more of it than fits */
export async function jsonOf(name: string): Promise<unknown> {
  const file = resolve(name);
  const { size } = await stat(file);
  if (size > largestJson)
    throw new AppError('field_invalid', {
      field: 'file',
      detail: `${file} is larger than 500 MB: export it in parts`,
    });
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new AppError('field_invalid', { field: 'file', detail: `${file} is not JSON`, cause });
  }
}

/**
 * Writes a file that its owner alone may read. It appears with its whole content or not at all.
 * @throws AppError `conflict` where there is one
 */
export async function writeOnce(name: string, content: ReadableStream<Uint8Array>): Promise<string> {
  const file = resolve(name);
  if (existsSync(file)) throw new AppError('conflict', { field: 'file', detail: `${file} exists already` });
  const draft = `${file}.partial`;
  await rm(draft, { force: true });
  const handle = await open(draft, 'wx', 0o600);
  try {
    for await (const bytes of content) await handle.write(bytes);
    await handle.sync();
    await handle.close();
    await rename(draft, file);
  } catch (error) {
    await handle.close();
    await rm(draft, { force: true });
    throw error;
  }
  return file;
}
