import type { NewAuditEvent, RecordAudit } from '../audit/audit.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import type { Account, ProviderStorage } from '../storage.ts';
import { type AppOperations, appOperations } from './apps.ts';
import { type GroupOperations, groupOperations } from './groups.ts';
import { type PeopleOperations, peopleOperations } from './people.ts';

/** Who administers: whoever has the machine, or a person who is an administrator. */
export type Administrator =
  | { kind: 'machine' }
  | { kind: 'account'; account: Pick<Account, 'id' | 'role' | 'status'> };

export interface AdminDependencies {
  storage: Pick<ProviderStorage, 'accounts' | 'apps' | 'groups' | 'invitations' | 'artifacts'>;
  /** The passkey manager's view for this identity, and no other. */
  administration: Pick<PasskeyManager, 'issueTicket' | 'listPasskeys' | 'confirmPasskey' | 'removePasskeys'>;
  /** `Secret.hash`. */
  hash: (namespace: string, value: string) => string;
  issuer: string;
  /** Where it is `closed`, nobody is invited either. */
  signUp: Config['signUp'];
  record: RecordAudit;
  now: () => number;
}

/** What the operations share: who acts, and everything they work on. */
export interface AdminContext extends AdminDependencies {
  actor: NonNullable<NewAuditEvent['actor']>;
}

/** Everything an administrator may do. Each operation checks its input, does it, and writes it down. */
export interface Administration {
  apps: AppOperations;
  people: PeopleOperations;
  groups: GroupOperations;
}

/** @throws AppError `forbidden` for anybody but an active administrator and the machine itself */
export function administrationFor(who: Administrator, dependencies: AdminDependencies): Administration {
  const context = { ...dependencies, actor: permitted(who) };
  return {
    apps: appOperations(context),
    people: peopleOperations(context),
    groups: groupOperations(context),
  };
}

function permitted(who: Administrator): AdminContext['actor'] {
  if (who.kind === 'machine') return { kind: 'machine' };
  const { id, role, status } = who.account;
  if (role !== 'administrator' || status !== 'active')
    throw new AppError('forbidden', { detail: `${id} is no active administrator` });
  return { kind: 'account', id };
}
