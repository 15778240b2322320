import type { TransferContent } from './content.ts';
import { readLines } from './lines.ts';
import { open } from './sealed.ts';

interface SealedExport {
  /** From the beginning, each time. */
  openFile: () => ReadableStream<Uint8Array>;
  passphrase: string;
}

/** What `exportInstallation` wrote. @throws AppError `field_invalid` with field `file` or `passphrase` */
export async function readExport({ openFile, passphrase }: SealedExport): Promise<TransferContent> {
  const read = () => readLines(open(openFile(), passphrase));
  const { header, close } = await read();
  await close();
  return {
    source: 'latchkey',
    issuer: header.issuer,
    async *items() {
      yield* (await read()).items;
    },
    left: [],
    notes: [],
  };
}
