import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStorage } from '../adapters/open.ts';
import { toPin } from '../server/receipts/pinned-keys.ts';
import { serviceNames } from '../server/service-identity/spiffe-id.ts';
import { createAuthority, writeFolder } from '../server/testing/certificates.ts';

export const trustDomain = 'bench.example';

/** Certificates for every service, from an authority that is forgotten at once. */
export async function writeCertificates(directory: string): Promise<void> {
  const authority = await createAuthority({ trustDomain });
  for (const name of serviceNames)
    writeFolder(directory, name, {
      ...(await authority.issue({ name })),
      authorities: authority.certificate,
    });
}

/** Writes down the public keys of the passkey manager whose data lies in `folder`; returns the file. */
export async function writeReceiptKeys(folder: string): Promise<string> {
  const url = `sqlite:${join(folder, 'passkeys/latchkey.sqlite')}`;
  await using storage = await openStorage({ url, role: 'command', schema: 'check', waitUntilReady: true });
  const file = join(folder, 'receipt-keys.json');
  await writeFile(file, JSON.stringify({ keys: toPin(await storage.receiptKeys.list(), Date.now()) }));
  return file;
}
