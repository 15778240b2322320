/** A mail server that keeps what it gets, and answers as it is told to. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  /** Of the envelope. */
  to: string[];
  raw: string;
  /** Unfolded, by name in lower case. */
  headers: Record<string, string>;
  text: string;
  html: string;
}

export interface MailReceiver extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly mails: ReceivedMail[];
  /** The SMTP code that recipients are answered with; 250 takes them. */
  answer: number;
  /** Resolves to them, once there are so many to this address. */
  received(to: string, count?: number): Promise<ReceivedMail[]>;
}

export async function startMailReceiver(): Promise<MailReceiver> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, callback) =>
      callback(password === 'right' ? null : new Error('no such user'), { user: username ?? '' }),
    onRcptTo: (_address, _session, callback) =>
      callback(
        receiver.answer === 250
          ? null
          : Object.assign(new Error('not now'), { responseCode: receiver.answer }),
      ),
    onData(stream, { envelope }, callback) {
      void text(stream).then((raw) => {
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), raw, ...parse(raw) });
        callback();
      });
    },
  });
  const listening = server.listen(0, 'localhost');
  await once(listening, 'listening');
  const address = listening.address();
  assert.ok(typeof address === 'object' && address);
  const receiver: MailReceiver = {
    port: address.port,
    url: `smtp://localhost:${address.port}`,
    mails,
    answer: 250,
    async received(to, count = 1) {
      const found = () => mails.filter((mail) => mail.to.includes(to));
      for (const until = Date.now() + 15_000; found().length < count; await delay(20))
        assert.ok(Date.now() < until, `${found().length} of ${count} mails to ${to} came`);
      return found();
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
  return receiver;
}

function parse(raw: string): Pick<ReceivedMail, 'headers' | 'text' | 'html'> {
  const { headers, body } = split(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '')?.[1];
  assert.ok(boundary, 'a mail of two parts');
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => split(part.trimStart()));
  const of = (type: string) => {
    const part = parts.find(({ headers: { 'content-type': found = '' } }) => found.startsWith(type));
    return part ? decoded(part.body, part.headers['content-transfer-encoding']) : '';
  };
  return { headers, text: of('text/plain'), html: of('text/html') };
}

function split(raw: string): { headers: Record<string, string>; body: string } {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = lines.map((line) => [
    line.split(':', 1)[0]?.toLowerCase() ?? '',
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return { headers: Object.fromEntries(headers), body: rest.join('\r\n\r\n') };
}

function decoded(body: string, encoding = '7bit'): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body.replaceAll('\r\n', '\n');
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n');
}
