import { type Client, errors } from 'oidc-provider';

/** In the place of oidc-provider's own comparison: of a secret a hash is kept, and several may be valid. */
export function compareSecret(
  judge: (clientId: string, presented: string) => Promise<'valid' | 'expired' | 'unknown'>,
) {
  return async function compareClientSecret(this: Client, presented: string): Promise<boolean> {
    const found = await judge(this.clientId, presented);
    if (found === 'expired') throw new errors.InvalidClientAuth('the secret provided has expired');
    return found === 'valid';
  };
}
