import { randomUUID } from 'node:crypto';
import { writeLetter } from '../../views/letters.ts';
import { negotiateLocale, words } from '../../views/words.ts';
import type { RecordAudit } from '../audit/audit.ts';
import { ConflictError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Secret } from '../secret/secret.ts';
import type { Letter, Mailer } from './letter.ts';
import type { OutgoingMail, OutgoingMailRepository } from './outgoing-mail.ts';
import { MailError, type MailServer } from './smtp.ts';

type Vault = Pick<Secret, 'seal' | 'open'>;

interface MailerDependencies {
  repository: Pick<OutgoingMailRepository, 'insert'>;
  secret: Pick<Vault, 'seal'>;
  now: () => number;
}

interface OutboxDependencies {
  repository: OutgoingMailRepository;
  secret: Pick<Vault, 'open'>;
  server: Pick<MailServer, 'send'>;
  /** The name of the installation. */
  name: string;
  record: RecordAudit;
  log: Log;
  now: () => number;
}

export interface Outbox {
  /** Sends what is due, as far as there is a place. Resolves when nothing of it is under way. */
  round(): Promise<void>;
}

const [second, minute, hour] = [1000, 60_000, 3_600_000];
/** Pauses between attempts; the last one again and again, until the mail is of no use any more. */
const pauses = [10 * second, minute, 5 * minute, 15 * minute, hour];
/** Longer than an attempt takes: who has a mail for so long has died, and somebody else tries. */
const claimedFor = 90 * second;
const mostAtOnce = 4;
/** What has no link in it is news for so long. */
const newsFor = 24 * hour;

const contextOf = (id: string) => `outgoing mail ${id}`;

export function createMailer({ repository, secret, now }: MailerDependencies): Mailer {
  return {
    async post(letter, id = randomUUID()) {
      const createdAt = now();
      const expiresAt = 'link' in letter ? letter.link.expiresAt : createdAt + newsFor;
      const sealed = secret.seal(JSON.stringify(letter), contextOf(id));
      const mail = { id, sealed, attempts: 0, nextAttemptAt: createdAt, createdAt, expiresAt };
      await repository.insert(mail).catch(passExisting);
    },
  };
}

function passExisting(error: unknown): void {
  if (!(error instanceof ConflictError)) throw error;
}

/**
 * Sends what waits, at least once each: a mail is claimed by counting an attempt, which one of many instances succeeds
 * in, and a claim that was not settled runs out.
 */
export function createOutbox(dependencies: OutboxDependencies): Outbox {
  const { repository, now } = dependencies;
  return {
    async round() {
      const due = await repository.listDue({ until: now(), limit: mostAtOnce });
      await Promise.all(due.map((mail) => attempt(dependencies, mail)));
    },
  };
}

async function attempt(dependencies: OutboxDependencies, mail: OutgoingMail): Promise<void> {
  const { repository, log, now } = dependencies;
  const attempts = mail.attempts + 1;
  const claimed = { ...mail, attempts, nextAttemptAt: now() + claimedFor };
  if (!(await repository.update(claimed, mail.attempts))) return;
  const letter = open(dependencies, mail);
  if (!letter) return void (await repository.remove(mail.id));
  const failure = await send(dependencies, { id: mail.id, letter });
  if (!failure) return settle(dependencies, { mail: claimed, letter });
  const nextAttemptAt = now() + (pauses[attempts - 1] ?? hour);
  const reason = failure.message;
  if (failure.isFinal || nextAttemptAt >= mail.expiresAt)
    return settle(dependencies, { mail: claimed, letter, reason });
  log.warn({ mail: mail.id, kind: letter.kind, attempts, reason }, 'mail not sent, tried again');
  await repository.update({ ...claimed, nextAttemptAt }, attempts);
}

/** What another secret has sealed, or what somebody moved under another id, is nobody's mail. */
function open({ secret, log }: OutboxDependencies, { id, sealed }: OutgoingMail): Letter | undefined {
  try {
    return JSON.parse(secret.open(sealed, contextOf(id)));
  } catch (err) {
    log.warn({ err, mail: id }, 'a mail that does not open was dropped');
    return undefined;
  }
}

/** Written at sending, in the language of who gets it. */
async function send(
  { server, name }: OutboxDependencies,
  { id, letter }: { id: string; letter: Letter },
): Promise<MailError | undefined> {
  try {
    const locale = negotiateLocale({ chosen: letter.locale });
    await server.send({ id, to: letter.to, ...writeLetter(words(locale), { name }, letter) });
    return undefined;
  } catch (cause) {
    return cause instanceof MailError ? cause : new MailError('not written', { isFinal: false, cause });
  }
}

/** First it is gone: one that was sent must not be sent again for an audit that does not answer. */
async function settle(
  { repository, record, log }: OutboxDependencies,
  { mail, letter, reason }: { mail: OutgoingMail; letter: Letter; reason?: string },
): Promise<void> {
  if (!(await repository.remove(mail.id))) return;
  if (reason) log.warn({ mail: mail.id, kind: letter.kind, reason }, 'mail given up');
  await record({
    type: reason ? 'mail.given_up' : 'mail.sent',
    accountId: letter.accountId,
    ...(reason && { reason }),
    details: { kind: letter.kind, attempts: mail.attempts },
  });
}
