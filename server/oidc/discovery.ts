import type { Config } from '../config.ts';
import { frontChannelDiscovery } from './front-channel-logout.ts';

/** What is announced beside what oidc-provider has by itself (RFC 8414 §2). */
export function announced({
  issuer,
  registration,
  clientDocumentHosts,
}: Pick<Config, 'issuer' | 'registration' | 'clientDocumentHosts'>) {
  return {
    ...frontChannelDiscovery,
    ...(registration !== 'off' && { registration_endpoint: `${issuer}/register` }),
    ...(clientDocumentHosts.length > 0 && { client_id_metadata_document_supported: true }),
  };
}
