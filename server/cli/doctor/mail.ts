import type { Finding } from '../../admin/about-server.ts';
import type { Config } from '../../config.ts';
import { MailError, openMailServer } from '../../mail/smtp.ts';
import { failed, ok, skipped } from './finding.ts';

/** Connects to the mail server and signs in, as a mail would; none is sent. */
export async function examineMail({ mail }: Pick<Config, 'mail'>): Promise<Finding> {
  if (!mail) return skipped('mail', 'no mail server is set: links are handed over by who makes them.');
  using server = openMailServer(mail);
  // The password in the address is nobody's business.
  const { hostname, port } = new URL(mail.url);
  const where = port ? `${hostname}:${port}` : hostname;
  try {
    await server.verify();
    return ok('mail', `the server at ${where} answers; mail is from ${mail.from}.`);
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    return failed(
      'mail',
      `the server at ${where} is of no use from here (${error.message}).`,
      'Look at LATCHKEY_SMTP_URL: host, port, user and password; smtp:// needs STARTTLS outside localhost, smtps:// TLS from the first byte.',
    );
  }
}
