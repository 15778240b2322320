/** Who is signed in to a site: one record, found by the hash of what the cookie of the site holds. */
import { type Artifact, type ArtifactRepository, siteSessionModel as model } from '../oidc/artifact.ts';
import type { Vault } from '../oidc/vault.ts';
import { randomToken } from '../secret/secret.ts';

export interface SiteSession {
  origin: string;
  appId: string;
  sub: string;
  /** With it the record ends, whatever ends that: the session, the passkey, the consent, the account, the app. */
  grantId: string;
  sid: string;
  scopes: string[];
  acr: string;
  amr: string[];
  /** Seconds. */
  authTime: number;
  /** From when on a page that is opened asks for the next one: the session at the issuer goes on by that. */
  renewsAt?: number;
  /** Never later than the session at the issuer. */
  expiresAt: number;
}

export interface SiteSessions {
  /** Resolves to the value of the cookie, which is kept nowhere. */
  start(session: SiteSession): Promise<string>;
  /** One read. */
  find(cookie: string | undefined, origin: string): Promise<SiteSession | undefined>;
  end(cookie: string): Promise<void>;
}

interface Dependencies {
  artifacts: Pick<ArtifactRepository, 'insert' | 'find' | 'remove'>;
  vault: Vault;
  now: () => number;
}

export function createSiteSessions({ artifacts, vault, now }: Dependencies): SiteSessions {
  const read = (artifact: Artifact): SiteSession | undefined => {
    try {
      return vault.open<SiteSession>(artifact);
    } catch {
      return undefined;
    }
  };
  return {
    async start(session) {
      const cookie = randomToken();
      const { grantId, sub: accountId, appId, expiresAt } = session;
      const columns = { grantId, accountId, appId, expiresAt };
      // Its own id lies inside, so that it can be sealed anew when the secret is exchanged.
      const payload = { ...session, jti: cookie };
      await artifacts.insert(vault.seal({ model, rawId: cookie, payload, columns }), now());
      return cookie;
    },
    async find(cookie, origin) {
      if (cookie === undefined || !isToken(cookie)) return undefined;
      const artifact = await artifacts.find(vault.idOf(model, cookie));
      const session = artifact && (artifact.expiresAt ?? 0) > now() ? read(artifact) : undefined;
      return session?.origin === origin ? session : undefined;
    },
    async end(cookie) {
      if (isToken(cookie)) await artifacts.remove(vault.idOf(model, cookie));
    },
  };
}

const isToken = (cookie: string): boolean => /^[\w-]{43}$/.test(cookie);
