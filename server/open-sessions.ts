import type { App } from './apps/app.ts';
import { createSubjects, type SubjectOf } from './apps/sector.ts';
import type { LogoutNotice } from './logout-notices/logout-notice.ts';
import { createLogoutNotices } from './logout-notices/prepare-notices.ts';
import { createToldSub, type ToldSub } from './logout-notices/told-sub.ts';
import { type AppGrants, createAppGrants } from './oidc/app-grants.ts';
import { createSubjectFinder, type FindBySubject } from './oidc/find-by-subject.ts';
import { findOrigin, type Origin } from './oidc/find-sign-in.ts';
import { findingResealed } from './oidc/finding-resealed.ts';
import { createSessionEnds, type SessionEnds } from './oidc/session-ends.ts';
import { createSessions, type Sessions } from './oidc/sessions.ts';
import { createVault, type Vault, type VaultSecret } from './oidc/vault.ts';
import type { SecretRing } from './secret/ring.ts';
import type { Storage } from './storage.ts';

interface SessionDependencies {
  storage: Pick<Storage, 'accounts' | 'artifacts' | 'signIns' | 'signingKeys' | 'logoutNotices'>;
  secret: VaultSecret & Pick<SecretRing, 'pairwise'>;
  findApp: (id: string) => Promise<App | undefined>;
  /** Absent in a command: the server delivers what it leaves behind. */
  deliver?: (notices: readonly LogoutNotice[]) => void;
  now: () => number;
}

export interface OpenedSessions {
  vault: Vault;
  sessionEnds: SessionEnds;
  sessions: Sessions;
  appGrants: AppGrants;
  /** What apps are told of who somebody is, and back. */
  subjectOf: SubjectOf;
  findBySubject: FindBySubject;
  /** The `sub` of a logout notice as its app is told it. */
  toldSub: ToldSub;
  /** Which passkey is behind a session, a grant, a token or a code. */
  findOrigin: (asked: string) => Promise<Origin | undefined>;
}

/** Sessions, and whatever is told of their end, for a server or for a command beside it. */
export function openSessions({ storage, secret, now, ...told }: SessionDependencies): OpenedSessions {
  const { accounts, signIns, signingKeys, logoutNotices: repository } = storage;
  const artifacts = findingResealed(storage.artifacts);
  const vault = createVault(secret);
  const notices = createLogoutNotices({ repository, now, ...told });
  const sessionEnds = createSessionEnds({ artifacts, vault, notices, now });
  const subjectOf = createSubjects(secret.pairwise);
  const shared = { vault, artifacts, signIns, sessionEnds, subjectOf, findApp: told.findApp, now };
  const findBySubject = createSubjectFinder({ ...shared, accounts });
  return {
    vault,
    sessionEnds,
    sessions: createSessions(shared),
    appGrants: createAppGrants(shared),
    ...{ subjectOf, findBySubject, toldSub: createToldSub(secret.pairwise) },
    async findOrigin(asked) {
      // With oidc-provider, which a command that looks for nothing need not wait for.
      const { readOwnJwt } = await import('./oidc/own-jwt.ts');
      const read = (token: string) => readOwnJwt({ signingKeys, secret }, token);
      return findOrigin({ ...shared, findBySubject, readOwnJwt: read }, asked);
    },
  };
}
