import type { Html } from './html.ts';
import type { PageContext } from './page.ts';
import { type AccountData, accountPage } from './pages/account.ts';
import { linkInvalidPage } from './pages/link-invalid.ts';
import { emailLinkInvalidPage, verifyEmailPage } from './pages/verify-email.ts';

const hour = 3_600_000;
const email = 'sample.person@example.com';

interface Samples {
  account: Omit<AccountData, 'installation'>;
  at: (page: PageContext) => Pick<AccountData, 'installation'>;
  now: number;
}

/** What a person sees of a recovery, and of an address that is to be verified. */
export const recoverySamples = ({
  account,
  at,
  now,
}: Samples): Record<string, (page: PageContext) => Html> => ({
  'link-invalid': (page) => linkInvalidPage(page, { purpose: 'invitation', signInUrl: '/account' }),
  'link-invalid-setup': (page) => linkInvalidPage(page, { purpose: 'setup' }),
  'account-recovery-begun': (page) =>
    accountPage(page, {
      ...account,
      ...at(page),
      recovery: { begunAt: now - 2 * hour },
      profile: { ...account.profile, mayVerifyEmail: true },
    }),
  'account-recovered': (page) =>
    accountPage(page, {
      ...account,
      ...at(page),
      recovery: { usedAt: now - 3 * hour },
      news: { kind: 'verification-sent', email: email },
    }),
  'verify-email': (page) => verifyEmailPage(page, { email, userName: account.profile.userName }),
  'verify-email-invalid': (page) => emailLinkInvalidPage(page),
});
