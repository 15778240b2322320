import { Agent, type Dispatcher } from 'undici';
import type { Log } from '../log.ts';
import { needsRenewal } from '../service-identity/lifetime.ts';
import { areSameCredentials, readSignerCredentials, type SignerCredentials } from './signer-credentials.ts';
import type { SignerFiles } from './signer-files.ts';

export interface ConnectionOptions {
  files: SignerFiles;
  now: () => number;
  log?: Pick<Log, 'info' | 'warn' | 'error'>;
}

/** Connections to a signer, with what the files say of TLS. */
export interface SignerConnections {
  /** What to send with. Files are looked at again after half a minute. */
  dispatcher(): Dispatcher;
  /** It went wrong: the files are looked at before the next request. */
  doubt(): void;
}

/** Milliseconds, as with the certificates of our own services. */
const lookedAtAgain = 30_000;
/** Bytes: a hundred public keys of 4096 bits. */
const largestAnswer = 256 * 1024;

/**
 * New files are taken over without a restart. Those that are broken are logged once, and what was there before stays in
 * force. @throws ConfigError where the files are no good from the beginning
 */
export function openSignerConnections(options: ConnectionOptions): SignerConnections {
  const { files, now, log } = options;
  let credentials = readSignerCredentials(files, now());
  let agent = agentOf(credentials);
  let lookedAt = now();
  let complaint: string | undefined;
  const complain = (sentence: string, write: () => void) => {
    if (sentence !== complaint) write();
    complaint = sentence;
  };

  function take(next: SignerCredentials): void {
    const before = agent;
    [credentials, agent] = [next, agentOf(next)];
    complaint = undefined;
    // Requests under way end on the connections that they began on.
    void before.close();
    log?.info({ notAfter: next.lifetime?.notAfter }, 'certificate files for the signer read');
  }

  function look(): void {
    lookedAt = now();
    try {
      const next = readSignerCredentials(files, now());
      if (!areSameCredentials(next, credentials)) take(next);
      const { lifetime } = credentials;
      if (lifetime && needsRenewal(lifetime, now()))
        complain('due', () => log?.warn(lifetime, 'the certificate for the signer is due for renewal'));
    } catch (err) {
      const event = 'the certificate files for the signer are no good: those before stay in force';
      complain((err as Error).message, () => log?.error({ err }, event));
    }
  }

  return {
    dispatcher() {
      if (now() - lookedAt >= lookedAtAgain || now() < lookedAt) look();
      return agent;
    },
    doubt() {
      lookedAt = 0;
    },
  };
}

function agentOf({ cert, key, ca }: SignerCredentials): Agent {
  const connect = {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(ca !== undefined && { ca }),
  };
  return new Agent({ connect, maxResponseSize: largestAnswer });
}
