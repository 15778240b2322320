import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { openStorage } from '../../adapters/open.ts';
import type { NewAuditEvent } from '../audit/audit.ts';
import { createLog } from '../log.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';
import { type MailReceiver, startMailReceiver } from '../testing/mail-receiver.ts';
import type { Letter } from './letter.ts';
import { createMailer, createOutbox } from './outbox.ts';
import { MailError, openMailServer } from './smtp.ts';

const [minute, hour] = [60_000, 3_600_000];
const from = 'Field Notes <login@example.com>';
let receiver: MailReceiver;
before(async () => {
  receiver = await startMailReceiver();
});
after(() => receiver[Symbol.asyncDispose]());

/** Several servers on one storage, and a clock that a test moves. */
async function openMail(url = 'sqlite::memory:') {
  const storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const secret = createSecret(generateRoot());
  const repository = storage.outgoingMails;
  const audited: NewAuditEvent[] = [];
  const lines: string[] = [];
  const server = openMailServer({ url: receiver.url, from });
  const outbox = (own: Partial<Parameters<typeof createOutbox>[0]> = {}) =>
    createOutbox({
      repository,
      secret,
      server,
      name: 'Field Notes',
      record: async (event) => audited.push(event) > 0,
      log: createLog({
        level: 'debug',
        format: 'json',
        destination: { write: (line: string) => void lines.push(line) },
      }),
      now,
      ...own,
    });
  const waiting = () => repository.listDue({ until: clock.now + 72 * hour - 1, limit: 1000 });
  const mailer = createMailer({ repository, secret, now });
  const close = () => storage[Symbol.asyncDispose]();
  return { storage, clock, secret, audited, lines, outbox, waiting, mailer, [Symbol.asyncDispose]: close };
}

const letterTo = (to: string, fields: Partial<Letter> = {}) =>
  ({
    kind: 'invitation',
    to,
    accountId: 'account-1',
    name: 'Ada Lovelace',
    userName: 'ada',
    link: {
      url: 'https://login.example.com/invitation?token=secret-token',
      expiresAt: Date.now() + 72 * hour,
    },
    ...fields,
  }) as Letter;

const someone = () => `${crypto.randomUUID()}@example.com`;

function deliveryContract(url: string): void {
  it('F18 sends each of 20 mails once, with three servers at it, and keeps none', async () => {
    await using mail = await openMail(url);
    const addresses = Array.from({ length: 20 }, someone);
    await Promise.all(addresses.map((to) => mail.mailer.post(letterTo(to))));
    const servers = [mail.outbox(), mail.outbox(), mail.outbox()];
    for (let round = 0; (await mail.waiting()).length > 0; round += 1) {
      assert.ok(round < 20);
      await Promise.all(servers.map((server) => server.round()));
    }
    for (const to of addresses) assert.equal((await receiver.received(to)).length, 1);
    assert.equal(mail.audited.filter(({ type }) => type === 'mail.sent').length, 20);
  });

  it('F18 sends what a server had in hand when it died, once the claim has run out', async () => {
    await using mail = await openMail(url);
    const to = someone();
    await mail.mailer.post(letterTo(to));
    void mail.outbox({ server: { send: () => new Promise(() => {}) } }).round();
    while ((await mail.waiting())[0]?.attempts !== 1) await new Promise(setImmediate);
    mail.clock.now += minute;
    await mail.outbox().round();
    assert.equal(receiver.mails.filter((each) => each.to.includes(to)).length, 0, 'it may still be at it');
    mail.clock.now += minute;
    await mail.outbox().round();
    assert.equal((await receiver.received(to)).length, 1);
  });
}

describe('mail that waits, on SQLite', () => deliveryContract('sqlite::memory:'));
describe('mail that waits, on MongoDB', () => withMongo(({ url }) => deliveryContract(url)));

describe('mail that waits', () => {
  it('is sealed: neither the link nor the address can be read in the storage', async () => {
    await using mail = await openMail();
    await mail.mailer.post(letterTo('ada@example.com'));
    const stored = JSON.stringify(await mail.waiting());
    for (const secret of ['secret-token', 'ada@', 'Lovelace']) assert.ok(!stored.includes(secret));
    const [one] = await mail.waiting();
    await mail.storage.outgoingMails.remove(one?.id ?? '');
    // Under another id it does not open, and goes.
    await mail.storage.outgoingMails.insert({ ...(one ?? assert.fail()), id: 'moved' });
    await mail.outbox().round();
    assert.deepEqual(await mail.waiting(), []);
    assert.equal(receiver.mails.filter(({ to }) => to.includes('ada@example.com')).length, 0);
  });

  it('is tried again with longer and longer pauses, and given up when its link has run out', async () => {
    await using mail = await openMail();
    const to = someone();
    await mail.mailer.post(letterTo(to));
    const began = mail.clock.now;
    const times: number[] = [];
    const failing = mail.outbox({
      server: {
        async send() {
          times.push(mail.clock.now - began);
          throw new MailError('ECONNECTION', { isFinal: false, cause: undefined });
        },
      },
    });
    for (; mail.clock.now < began + 80 * hour; mail.clock.now += 5000) {
      if (times.length === 6 && mail.clock.now < began + 71 * hour) mail.clock.now = began + 71 * hour;
      await failing.round();
    }
    assert.deepEqual(times.slice(0, 4), [0, 10_000, 70_000, 370_000]);
    assert.deepEqual(await mail.waiting(), []);
    const [event] = mail.audited;
    assert.deepEqual(
      [event?.type, event?.reason, event?.accountId],
      ['mail.given_up', 'ECONNECTION', 'account-1'],
    );
    assert.equal(mail.audited.length, 1);
  });

  it('is dropped unsent when its link has run out meanwhile', async () => {
    await using mail = await openMail();
    const to = someone();
    await mail.mailer.post(letterTo(to));
    mail.clock.now += 73 * hour;
    await mail.outbox().round();
    assert.equal(receiver.mails.filter((each) => each.to.includes(to)).length, 0);
    assert.equal(await mail.storage.outgoingMails.removeExpired(mail.clock.now), 1);
  });

  it('is given up at once where the mail server refuses the address for good, and says so without it', async () => {
    await using mail = await openMail();
    const to = someone();
    await mail.mailer.post(letterTo(to));
    receiver.answer = 450;
    await mail.outbox().round();
    assert.equal((await mail.waiting()).length, 1);
    receiver.answer = 550;
    mail.clock.now += minute;
    await mail.outbox().round();
    receiver.answer = 250;
    assert.deepEqual(await mail.waiting(), []);
    assert.deepEqual(
      [mail.audited[0]?.type, mail.audited[0]?.reason],
      ['mail.given_up', 'EENVELOPE RCPT TO 550'],
    );
    assert.ok(!mail.lines.some((line) => line.includes(to) || line.includes('secret-token')));
    assert.ok(!JSON.stringify(mail.audited).includes(to));
  });

  it('of two with one id goes out once', async () => {
    await using mail = await openMail();
    const to = someone();
    for (let i = 0; i < 3; i += 1) await mail.mailer.post(letterTo(to), 'the same');
    assert.equal((await mail.waiting()).length, 1);
  });
});

describe('a mail', () => {
  it('O17 has nothing in its headers that a person typed, whatever a name holds', async () => {
    await using mail = await openMail();
    const to = someone();
    const name = 'Ada\r\nBcc: eve@example.com\r\n\r\n<img src=x onerror=alert(1)>';
    await mail.mailer.post(letterTo(to, { name, userName: 'ada\nX-Evil: 1' }));
    await mail.outbox().round();
    const [received] = await receiver.received(to);
    assert.deepEqual(received?.to, [to]);
    const known = [
      'auto-submitted',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'subject',
      'to',
    ];
    assert.deepEqual(Object.keys(received?.headers ?? {}).sort(), known);
    assert.equal(received?.headers.subject, 'Your account at Field Notes');
    assert.equal(received?.headers.to, to);
    assert.ok(received?.html.includes('&lt;img src=x onerror=alert(1)&gt;'));
    assert.ok(!received?.html.includes('<img'));
  });

  it('O17 to an address that is two, or none, goes to nobody else', async () => {
    await using mail = await openMail();
    const before = receiver.mails.length;
    for (const to of ['a@example.com, eve@example.com', 'a@example.com\r\nRCPT TO:<eve@example.com>', 'x'])
      await mail.mailer.post(letterTo(to));
    await mail.outbox().round();
    const all = receiver.mails.slice(before).flatMap(({ to }) => to);
    assert.ok(!all.includes('eve@example.com'), all.join());
  });

  it('is in the language of its person, as text and as HTML that fetches nothing', async () => {
    await using mail = await openMail();
    const to = someone();
    await mail.mailer.post(letterTo(to, { locale: 'de' }));
    await mail.outbox().round();
    const [received] = await receiver.received(to);
    assert.match(received?.text ?? '', /^Guten Tag Ada Lovelace,\n\n/);
    assert.match(received?.html ?? '', /<html lang="de">/);
    for (const part of [received?.text, received?.html]) {
      const urls = part?.match(/https?:[^\s"<]+/g) ?? [];
      assert.deepEqual([...new Set(urls)], ['https://login.example.com/invitation?token=secret-token']);
    }
    assert.doesNotMatch(received?.html ?? '', /src=|<link|@import|url\(/);
  });
});

describe('the mail server', () => {
  const message = { id: '1', to: 'ada@example.com', subject: 's', text: 't', html: '<p>h</p>' };

  it('is refused without TLS, except on this very machine', async () => {
    using elsewhere = openMailServer({ url: `smtp://[::ffff:127.0.0.1]:${receiver.port}`, from });
    await assert.rejects(elsewhere.send(message), { name: 'MailError', message: /ETLS|ECONNECTION|ESOCKET/ });
    using here = openMailServer({ url: receiver.url, from });
    await here.send(message);
  });

  it('is looked at without sending anything: nobody there, a wrong password, the right one', async () => {
    const withPassword = (password: string) =>
      openMailServer({ url: `smtp://us%40er:${password}@localhost:${receiver.port}`, from });
    using nobody = openMailServer({ url: 'smtp://localhost:1', from });
    await assert.rejects(nobody.verify(), { name: 'MailError', message: /ECONNECTION|ESOCKET|ECONNREFUSED/ });
    using wrong = withPassword('wrong');
    await assert.rejects(wrong.verify(), { name: 'MailError', message: /EAUTH/ });
    using right = withPassword('right');
    await right.verify();
  });
});
