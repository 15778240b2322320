import type { Config } from '../config.ts';
import { frontChannelDiscovery } from './front-channel-logout.ts';

/** What is announced beside what oidc-provider has by itself (RFC 8414 §2). */
export function announced({ issuer, registration }: Pick<Config, 'issuer' | 'registration'>) {
  return {
    ...frontChannelDiscovery,
    ...(registration !== 'off' && { registration_endpoint: `${issuer}/register` }),
  };
}
