import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface EdgeCertificate {
  /** What a client trusts. */
  authority: string;
  certificate: string;
  key: string;
}

/** A throwaway authority in this folder, and a certificate of it for one host, both for a day. */
export function makeCertificate(folder: string, host: string): EdgeCertificate {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
  openssl(
    ...['req', '-x509', ...key, '-days', '1', '-subj', '/CN=Throwaway authority'],
    ...['-keyout', at('authority.key'), '-out', at('authority.crt')],
  );
  openssl('req', ...key, '-subj', `/CN=${host}`, '-keyout', at('edge.crt.key'), '-out', at('edge.csr'));
  writeFileSync(
    at('edge.ext'),
    `subjectAltName=DNS:${host}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n`,
  );
  openssl(
    ...[
      'x509',
      '-req',
      '-in',
      at('edge.csr'),
      '-days',
      '1',
      '-extfile',
      at('edge.ext'),
      '-out',
      at('edge.crt'),
    ],
    ...['-CA', at('authority.crt'), '-CAkey', at('authority.key'), '-CAcreateserial'],
  );
  return {
    authority: readFileSync(at('authority.crt'), 'utf8'),
    certificate: at('edge.crt'),
    key: at('edge.crt.key'),
  };
}
