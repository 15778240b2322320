import type { Client, Configuration } from 'oidc-provider';
import type { Config } from '../config.ts';
import { requestLifetime } from './ciba.ts';
import { day, interactionLife, minute, over, sessionLifetime } from './lifetimes.ts';
import { noteSignIn } from './models.ts';

type Ttl = NonNullable<Configuration['ttl']>;

/** A token that may be for a resource. */
interface Meant {
  resourceServer?: { accessTokenTTL?: number | undefined } | undefined;
}

/** How long everything lives, in seconds. Codes: 60 s (ASVS 5.0 10.4.3, level 3). */
export function createLifetimes({ lifetimes }: Pick<Config, 'lifetimes'>): Ttl {
  /** What is valid without a look at the storage is so for a shorter time. */
  const accessTokenLife = ({ resourceServer }: Meant, client: Client) =>
    lowest(
      lowest(lifetimes.accessToken, client.latchkey_access_token_lifetime),
      resourceServer?.accessTokenTTL,
    );
  return {
    AuthorizationCode: minute,
    IdToken: 10 * minute,
    Interaction: interactionLife,
    DeviceCode: 10 * minute,
    BackchannelAuthenticationRequest: requestLifetime,
    AccessToken: (_ctx, token, client) => accessTokenLife(token, client),
    ClientCredentials: (_ctx, token, client) => accessTokenLife(token, client),
    RefreshToken(_ctx, token, client) {
      const allowed = lowest(lifetimes.refreshToken, client.latchkey_refresh_token_lifetime);
      return Math.max(over, Math.min(lifetimes.refreshTokenIdle, allowed - token.totalLifetime()));
    },
    // A grant outlives the refresh tokens that hang on it.
    Grant: lifetimes.refreshToken + day,
    /** Asked right before a session is stored, also where the request failed after the sign-in: it is noted here. */
    Session(ctx, session) {
      noteSignIn(ctx);
      return sessionLifetime(lifetimes, session);
    },
  };
}

/** An app only lowers what the installation allows. */
function lowest(allowed: number, own: unknown): number {
  return typeof own === 'number' ? Math.min(allowed, own) : allowed;
}
