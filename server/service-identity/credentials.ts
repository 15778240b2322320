import { ConfigError } from '../errors.ts';
import type { Log } from '../log.ts';
import { CertificateError, readServiceCertificate, type ServiceCertificate } from './certificate.ts';
import { areSameFiles, type CredentialFiles, readCredentialFiles } from './credential-files.ts';
import { createObserver } from './credentials-observer.ts';
import { type LoadedCredentials, loadCredentials, requireTime } from './load-credentials.ts';
import { isTrustDomain, type ServiceName } from './spiffe-id.ts';

export type { LoadedCredentials } from './load-credentials.ts';

/** The credentials of a service, followed as their files change. */
export interface Credentials extends Disposable {
  /** What is in force now. */
  readonly current: LoadedCredentials;
  /**
   * Reads the files now; tells whether something changed. A new state that is broken is logged, and the one before
   * stays in force.
   */
  reload(): Promise<boolean>;
  /** Called after each change. Connections made before it still stand on the authorities of their time. */
  onChange(listener: () => void): void;
}

export interface CredentialsOptions {
  /** Holds a folder for each service. */
  directory: string;
  name: ServiceName;
  trustDomain: string;
  now: () => number;
  log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** How often the files are looked at; 30 if absent. */
  reloadSeconds?: number;
}

/**
 * Opens `<directory>/<name>/` with `tls.crt`, `tls.key`, `ca.crt` and perhaps `ca.crl`.
 * @throws ConfigError that names the file and says what to do
 */
export function openCredentials(options: CredentialsOptions): Credentials {
  const { name, now, log, reloadSeconds = 30 } = options;
  let state = openState(options);
  const observer = createObserver({ name, log });
  const listeners: (() => void)[] = [];
  observer.look(state.loaded, now());

  function reload(): boolean {
    const next = observer.attempt(keptEvent, () => nextState(state, options));
    if (next) state = next;
    observer.look(state.loaded, now());
    if (!next) return false;
    const { serialNumber, notAfter } = state.loaded.own;
    log.info({ service: name, serialNumber, notAfter }, 'certificate files read');
    for (const listener of listeners) observer.attempt('taking over new certificates failed', listener);
    return true;
  }

  const timer = setInterval(reload, reloadSeconds * 1000).unref();
  return {
    get current() {
      return state.loaded;
    },
    reload: async () => reload(),
    onChange: (listener) => void listeners.push(listener),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

const keptEvent = 'new certificate files are refused: those before stay in force';

interface State {
  files: CredentialFiles;
  loaded: LoadedCredentials;
}

function openState(options: CredentialsOptions): State {
  const { directory, name, trustDomain, now } = options;
  if (!isTrustDomain(trustDomain))
    throw new ConfigError([
      `"${trustDomain}" is no trust domain: it has lower-case letters, digits, dots, hyphens and underscores, such as example.com.`,
    ]);
  const files = readCredentialFiles(directory, name);
  const loaded = loadCredentials(files, options, now());
  if (loaded.isRevoked(loaded.own.serialNumber))
    throw new ConfigError([
      `The certificate in ${files.folder} was revoked. Issue another one (\`latchkey certs issue ${name}\`, or what issues your certificates).`,
    ]);
  return { files, loaded };
}

/** @throws ConfigError where the files as they are now cannot take the place of those in force */
function nextState(state: State, options: CredentialsOptions): State | undefined {
  const files = readCredentialFiles(options.directory, options.name);
  if (areSameFiles(files, state.files)) return undefined;
  // Without it, everything that was revoked would be valid again.
  if (state.files.list && !files.list)
    throw new ConfigError([
      `The revocation list in ${files.folder} is gone. Put it back, or start again to go on without.`,
    ]);
  return { files, loaded: loadCredentials(files, options, options.now()) };
}

/** Where a certificate is judged: what is in force there, and when. */
export interface Judgement {
  credentials: LoadedCredentials;
  now: number;
}

/**
 * Judges the certificate of the other side now: its form, its name, its time, and whether it was revoked. That an
 * authority has signed it is judged by TLS.
 * @throws CertificateError
 */
export function judgePeer(
  der: Buffer,
  input: Judgement & { trustDomain: string; expected: readonly ServiceName[] },
): ServiceCertificate {
  const peer = readServiceCertificate(der, input);
  if (!input.expected.includes(peer.name)) throw new CertificateError('san_foreign', { detail: peer.name });
  requireStillValid(peer, input);
  return peer;
}

/**
 * The same for every later request on a connection, without parsing anything.
 * @throws CertificateError
 */
export function requireStillValid(peer: ServiceCertificate, { credentials, now }: Judgement): void {
  requireTime(peer, now);
  if (credentials.isRevoked(peer.serialNumber)) throw new CertificateError('revoked');
  const { revocationValidUntil } = credentials;
  // Somebody may keep the newer list from us: an old one proves nothing.
  if (revocationValidUntil !== undefined && now >= revocationValidUntil)
    throw new CertificateError('untrusted', { detail: 'the revocation list is out of date' });
}
