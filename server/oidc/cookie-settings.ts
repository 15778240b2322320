import type { Config } from '../config.ts';
import type { Keyring } from '../secret/keyring.ts';

interface Dependencies {
  config: Pick<Config, 'issuer'>;
  cookieKeyring: Keyring;
}

/** Of sessions and interactions: signed, for this host, and not for scripts (ASVS 5.0 3.3). */
export function cookieSettings({ config, cookieKeyring }: Dependencies) {
  const secure = config.issuer.startsWith('https:');
  // __Host- wants the path /, which the two short cookies do not have.
  const names = secure
    ? { session: '__Host-session', interaction: '__Secure-interaction', resume: '__Secure-resume' }
    : { session: 'session', interaction: 'interaction', resume: 'resume' };
  const options = { signed: true, httpOnly: true, sameSite: 'lax', secure } as const;
  return { keys: cookieKeyring, names, long: options, short: options };
}
