import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface EdgeCertificate {
  /** What a client trusts. */
  authority: string;
  certificate: string;
  key: string;
}

/** A throwaway authority in this folder, and a certificate of it for these hosts, both for a day. */
export function makeCertificate(folder: string, hosts: readonly [string, ...string[]]): EdgeCertificate {
  const [host] = hosts;
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
    `subjectAltName=${hosts.map((name) => `DNS:${name}`).join()}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n`,
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

export interface ClientCertificate {
  cert: string;
  key: string;
}

/** Authorities of apps, one of which the gateway is told, and a certificate of each for `CN=jobs,O=Example`. */
export function makeClientCertificates(folder: string) {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
  writeFileSync(at('client.ext'), 'basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n');
  const issue = (name: string): ClientCertificate => {
    const [authority, client] = [at(`${name}-authority`), at(`${name}-client`)];
    openssl(
      ...['req', '-x509', ...key, '-days', '1', '-subj', `/CN=${name} authority of apps`],
      ...['-keyout', `${authority}.key`, '-out', `${authority}.crt`],
    );
    openssl(
      'req',
      ...key,
      '-subj',
      '/O=Example/CN=jobs',
      '-keyout',
      `${client}.key`,
      '-out',
      `${client}.csr`,
    );
    openssl(
      ...['x509', '-req', '-in', `${client}.csr`, '-days', '1', '-extfile', at('client.ext')],
      ...[
        '-out',
        `${client}.crt`,
        '-CA',
        `${authority}.crt`,
        '-CAkey',
        `${authority}.key`,
        '-CAcreateserial',
      ],
    );
    return { cert: readFileSync(`${client}.crt`, 'utf8'), key: readFileSync(`${client}.key`, 'utf8') };
  };
  return { right: issue('right'), wrong: issue('wrong'), authorities: at('right-authority.crt') };
}
