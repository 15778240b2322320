import { createHash } from 'node:crypto';
import type { Transporter } from 'nodemailer';

/** One mail as it is sent. Subject and address are all of it that stands in a header. */
export interface Message {
  /** Names the mail: who gets it twice sees that it is the same. */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
}

export interface MailServer extends Disposable {
  /** @throws MailError */
  send(message: Message): Promise<void>;
  /** Connects, and signs in where there is a user. @throws MailError */
  verify(): Promise<void>;
}

/** Names what went wrong by codes alone: what a mail server answers may hold the address. */
export class MailError extends Error {
  /** The same mail would be refused again. */
  readonly isFinal: boolean;

  constructor(message: string, { isFinal, cause }: { isFinal: boolean; cause: unknown }) {
    super(message, { cause });
    this.name = 'MailError';
    this.isFinal = isFinal;
  }
}

/** Milliseconds; an attempt that runs into all of them is still shorter than its claim. */
const timeouts = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  dnsTimeout: 10_000,
  socketTimeout: 15_000,
};

/**
 * Mail goes out over TLS, or to this very machine: a link in it lets somebody in.
 * @param url `smtp://user:password@host:port` or `smtps://…`
 */
export function openMailServer({ url, from }: { url: string; from: string }): MailServer {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const settings = {
    ...timeouts,
    host,
    secure,
    port: Number(port) || (secure ? 465 : 587),
    requireTLS: !isOwnMachine(host),
    ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    // Nothing that is named in a mail is fetched or read.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  let opened: Promise<Transporter> | undefined;
  /** Loaded with the first mail: most commands send none, and would start a tenth of a second later. */
  const transport = () => {
    opened ??= import('nodemailer').then(
      ({ createTransport }) => createTransport(settings),
      (error) => {
        opened = undefined;
        throw error;
      },
    );
    return opened;
  };
  const domain = /@([^@>]+)>?$/.exec(from)?.[1] ?? 'localhost';
  return {
    async send({ id, to, ...content }) {
      const name = createHash('sha256').update(id).digest('base64url');
      const headers = { 'Auto-Submitted': 'auto-generated' };
      const addressed = { from, to: { name: '', address: to }, messageId: `<${name}@${domain}>`, headers };
      await (await transport()).sendMail({ ...content, ...addressed }).catch(fail);
    },
    async verify() {
      await (await transport()).verify().catch(fail);
    },
    [Symbol.dispose]: () =>
      void opened?.then(
        (open) => open.close(),
        () => {},
      ),
  };
}

function isOwnMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function fail(cause: { code?: string; command?: string; responseCode?: number }): never {
  const { code = 'UNKNOWN', command, responseCode } = cause;
  const isFinal = (code === 'EENVELOPE' || code === 'EMESSAGE') && (responseCode ?? 0) >= 500;
  const where = [code, command, responseCode].filter((part) => part !== undefined).join(' ');
  throw new MailError(where, { isFinal, cause });
}
