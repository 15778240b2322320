import type { RecordAudit } from './audit/audit.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import type { Mailer } from './mail/letter.ts';
import { createMailer, createOutbox, type Outbox } from './mail/outbox.ts';
import { openMailServer } from './mail/smtp.ts';
import type { Secret } from './secret/secret.ts';
import type { Storage } from './storage.ts';

interface MailDependencies {
  config: Pick<Config, 'mail' | 'brand'>;
  secret: Pick<Secret, 'seal' | 'open'>;
  storage: Pick<Storage, 'outgoingMails'>;
  now: () => number;
}

/** What puts letters where the server finds them: for a server, and for a command beside it. */
export function openMailer({ config, secret, storage, now }: MailDependencies): Mailer | undefined {
  return config.mail && createMailer({ repository: storage.outgoingMails, secret, now });
}

/** What sends them. */
export function openOutbox({
  config,
  secret,
  storage,
  now,
  ...told
}: MailDependencies & { record: RecordAudit; log: Log }): Outbox | undefined {
  if (!config.mail) return undefined;
  const server = openMailServer(config.mail);
  return createOutbox({
    repository: storage.outgoingMails,
    secret,
    server,
    name: config.brand.name,
    ...told,
    now,
  });
}
