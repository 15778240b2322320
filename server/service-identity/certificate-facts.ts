import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileNames } from './credential-files.ts';
import { serviceNames } from './spiffe-id.ts';

/** When the certificate of a service runs out. Times are epoch milliseconds. */
export interface CertificateFacts {
  name: string;
  serialNumber: string;
  notBefore: number;
  notAfter: number;
}

/** Those of every service that has a folder here. What cannot be read is left to whoever uses it, and to the doctor. */
export function certificateFacts(directory: string): CertificateFacts[] {
  return serviceNames.flatMap((name) => {
    try {
      const certificate = new X509Certificate(readFileSync(join(directory, name, fileNames.certificate)));
      const { serialNumber, validFromDate, validToDate } = certificate;
      return [{ name, serialNumber, notBefore: validFromDate.getTime(), notAfter: validToDate.getTime() }];
    } catch {
      return [];
    }
  });
}
