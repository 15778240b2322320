/** The gateways that are tried, each with the file in deploy/ that operators use. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a proxy is told. */
export interface Place {
  folder: string;
  host: string;
  httpPort: number;
  httpsPort: number;
  certificate: string;
  key: string;
  /** Where apps are asked for certificates of these authorities. */
  mtls: { host: string; port: number; authorities: string };
  /** `127.0.0.1:PORT` of each provider. */
  providers: readonly string[];
}

interface Start {
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}

export interface Gateway {
  name: string;
  command: string;
  /** Writes what it needs into the folder; how it is started in the foreground. */
  prepare(place: Place): Start;
}

const deploy = (name: string) => join(import.meta.dirname, '../../deploy', name);

export const gateways: readonly Gateway[] = [
  { name: 'nginx', command: 'nginx', prepare: nginx },
  { name: 'HAProxy', command: 'haproxy', prepare: haproxy },
  { name: 'Caddy', command: 'caddy', prepare: caddy },
];

function settings(place: Place): Record<string, string> {
  const { host, httpPort, httpsPort, certificate, key, mtls, providers } = place;
  const [first = '', second = first] = providers;
  return {
    LATCHKEY_HOST: host,
    LATCHKEY_HTTP_BIND: `127.0.0.1:${httpPort}`,
    LATCHKEY_HTTPS_BIND: `127.0.0.1:${httpsPort}`,
    LATCHKEY_CERTIFICATE: certificate,
    LATCHKEY_CERTIFICATE_KEY: key,
    LATCHKEY_MTLS_HOST: mtls.host,
    LATCHKEY_MTLS_BIND: `127.0.0.1:${mtls.port}`,
    LATCHKEY_MTLS_CERTIFICATE: certificate,
    LATCHKEY_MTLS_CERTIFICATE_KEY: key,
    LATCHKEY_CLIENT_CA_FILE: mtls.authorities,
    LATCHKEY_PROVIDER_1: first,
    LATCHKEY_PROVIDER_2: second,
  };
}

/** As envsubst does it: names that are set, and nothing else that has a dollar. */
function nginx(place: Place): Start {
  const values = settings(place);
  const filled = ['nginx.conf', 'nginx-mtls.conf']
    .map((name) => readFileSync(deploy(name), 'utf8'))
    .join('\n')
    .replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(place.folder, kind)};`)
    .join('\n');
  const file = join(place.folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${join(place.folder, 'nginx.pid')}; error_log stderr warn;
events { worker_connections 256; }
http { access_log off; ${temporary}
${filled}
}`,
  );
  return { args: ['-p', place.folder, '-e', 'stderr', '-c', file], env: {} };
}

function haproxy(place: Place): Start {
  return {
    args: ['-db', '-f', deploy('haproxy.cfg'), '-f', deploy('haproxy-mtls.cfg')],
    env: settings(place),
  };
}

function caddy(place: Place): Start {
  const file = join(place.folder, 'Caddyfile');
  writeFileSync(
    file,
    `{
	admin off
	http_port ${place.httpPort}
	default_bind 127.0.0.1
}
import ${deploy('Caddyfile')}
import ${deploy('Caddyfile.mtls')}
`,
  );
  return {
    args: ['run', '--config', file, '--adapter', 'caddyfile'],
    env: {
      LATCHKEY_DOMAIN: `https://${place.host}:${place.httpsPort}`,
      LATCHKEY_TLS: `tls ${place.certificate} ${place.key}`,
      LATCHKEY_MTLS_DOMAIN: `https://${place.mtls.host}:${place.mtls.port}`,
      LATCHKEY_MTLS_FILES: `${place.certificate} ${place.key}`,
      LATCHKEY_CLIENT_CA_FILE: place.mtls.authorities,
      LATCHKEY_PROVIDERS: place.providers.join(' '),
      LATCHKEY_CONSOLE: place.providers.join(' '),
      HOME: place.folder,
      XDG_DATA_HOME: place.folder,
      XDG_CONFIG_HOME: place.folder,
    },
  };
}
