/**
 * An export is an age file (age-encryption.org/v1), encrypted by a passphrase: `age --decrypt` opens it too. The library
 * is loaded when there is one to write or read: every other command would wait for it.
 */
import { AppError } from '../errors.ts';

/** 2^17 rounds of scrypt: a third of a second and 128 MB, once for each file. */
const workFactor = 17;
/** Characters. What is in the file lets whoever opens it sign tokens in the name of the installation. */
const leastPassphrase = 12;

/** @throws AppError `field_invalid` */
export function checkPassphrase(passphrase: string): string {
  if ([...passphrase].length < leastPassphrase)
    throw new AppError('field_invalid', {
      field: 'passphrase',
      detail: `the passphrase must have at least ${leastPassphrase} characters: whoever opens the file can sign tokens in your name`,
    });
  return passphrase.normalize('NFC');
}

/** In chunks that are each authenticated, with their order and their end. */
export async function seal(
  text: AsyncIterable<string>,
  passphrase: string,
): Promise<ReadableStream<Uint8Array>> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.setPassphrase(checkPassphrase(passphrase));
  encrypter.setScryptWorkFactor(workFactor);
  return encrypter.encrypt(ReadableStream.from(text).pipeThrough(new TextEncoderStream()));
}

/** @throws AppError `field_invalid` for another passphrase, and while reading for a file that was changed or cut off */
export async function* open(sealed: ReadableStream<Uint8Array>, passphrase: string): AsyncGenerator<string> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase.normalize('NFC'));
  const decoder = new TextDecoder();
  try {
    for await (const bytes of await decrypter.decrypt(sealed)) yield decoder.decode(bytes, { stream: true });
  } catch (cause) {
    if (cause instanceof AppError || isOfFile(cause)) throw cause;
    const isKey = cause instanceof Error && /no identity matched/.test(cause.message);
    throw isKey
      ? new AppError('field_invalid', {
          field: 'passphrase',
          detail: 'the passphrase does not open the file',
          cause,
        })
      : new AppError('field_invalid', {
          field: 'file',
          detail: 'the file is no export, or it was cut off or changed',
          cause,
        });
  }
}

/** The disk, not what is on it. */
function isOfFile(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
