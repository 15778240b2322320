import type { Audit, NewAuditEvent, RecordAudit } from '../audit/audit.ts';
import type { Note } from '../audit/changes.ts';
import type { ShownEvent } from '../audit/seal.ts';
import type { AuditSearch } from '../audit/search.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import type { ToldSub } from '../logout-notices/told-sub.ts';
import type { Mailer } from '../mail/letter.ts';
import type { AppGrants } from '../oidc/app-grants.ts';
import type { Origin } from '../oidc/find-sign-in.ts';
import type { Sessions } from '../oidc/sessions.ts';
import type { SigningKeyring } from '../oidc/signing-keyring.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { PasskeyManager } from '../passkeys/manager.ts';
import type { ProviderStorage } from '../storage.ts';
import type { AboutServer } from './about-server.ts';
import { type Operation, readInput } from './operation.ts';
import { type Administration, operations } from './operations.ts';
import { type Caller, type Permissions, permissionsOf } from './permission.ts';
import { subjectOf } from './subject.ts';

export interface AdminDependencies {
  storage: Omit<ProviderStorage, 'installation' | 'signingKeys'>;
  /** The passkey manager's view for this identity, and no other. */
  administration: Pick<
    PasskeyManager,
    | 'issueTicket'
    | 'listPasskeys'
    | 'listModelAlerts'
    | 'confirmPasskey'
    | 'setPasskeyStatus'
    | 'removePasskeys'
    | 'metadataStatus'
    | 'refreshMetadata'
    | 'searchModels'
    | 'findModel'
    | 'listReceiptKeys'
    | 'findFloor'
    | 'setFloor'
  >;
  /** `Secret.hash`. */
  hash: (namespace: string, value: string) => string;
  sessions: Pick<Sessions, 'endAccount' | 'list' | 'listByPasskey' | 'end' | 'endAll'>;
  appGrants: AppGrants;
  toldSub: ToldSub;
  findOrigin: (asked: string) => Promise<Origin | undefined>;
  /** Absent where no mail is sent. */
  mail?: Mailer | undefined;
  issuer: string;
  server: AboutServer;
  signingKeys: SigningKeyring;
  /** Where it is `closed`, nobody is invited either. */
  signUp: Config['signUp'];
  audit: Pick<Audit, 'record' | 'change' | 'forget'>;
  /** Asks an address of an app. */
  askAddress: Outbound['ask'];
  /** Why an address of an app is not asked. */
  examineAddress: Outbound['examine'];
  searchAudit: (search: AuditSearch) => Promise<{ items: ShownEvent[]; next?: string }>;
  now: () => number;
}

/** What an operation works on and for whom. */
export interface AdminContext extends AdminDependencies {
  caller: Caller;
  permissions: Permissions;
  actor: NonNullable<NewAuditEvent['actor']>;
  /** Of a change: whom and what it was about. */
  note: Note;
  record: RecordAudit;
  /** How far long work is: something that is counted. */
  onProgress: (done: number) => void;
}

/**
 * Every operation, as `caller` may use it. @throws AppError `forbidden` for who may do nothing at all; of an operation
 * also `forbidden`, `field_invalid`
 */
export function administrationFor(caller: Caller, dependencies: AdminDependencies): Administration {
  const permissions = permissionsOf(caller, dependencies.now());
  const context: AdminContext = {
    ...dependencies,
    caller,
    permissions,
    actor: actorOf(caller),
    note: () => {},
    record: dependencies.audit.record,
    onProgress: () => {},
  };
  const bound = Object.entries(operations).map(([area, named]) => [
    area,
    Object.fromEntries(
      Object.entries<Operation>(named).map(([name, operation]) => [
        name,
        (input: unknown, { onProgress = context.onProgress } = {}) =>
          perform({ area, operation }, { ...context, onProgress }, input),
      ]),
    ),
  ]);
  return Object.fromEntries(bound) as Administration;
}

function actorOf(caller: Caller): AdminContext['actor'] {
  if (caller.kind === 'machine') return { kind: 'machine' };
  return caller.kind === 'app'
    ? { kind: 'app', id: caller.appId }
    : { kind: 'account', id: caller.account.id };
}

interface InTable {
  area: string;
  operation: Operation;
}

async function perform(
  { area, operation }: InTable,
  context: AdminContext,
  given: unknown,
): Promise<unknown> {
  const input = permitted(operation, context, given);
  return operation.output.parse(await changing({ area, operation }, context, input));
}

/**
 * Whether `caller` may ask for this at all, as they are now; of whom and what it is about, the operation itself knows.
 * @throws AppError as an operation does
 */
export function requireMayAsk(
  caller: Caller,
  { operation, input }: { operation: Operation; input: unknown },
  now: number,
): void {
  permitted(operation, { caller, permissions: permissionsOf(caller, now) }, input);
}

/** The input as the operation reads it. @throws AppError `forbidden`, `field_invalid` */
function permitted(
  operation: Operation,
  { permissions, caller }: Pick<AdminContext, 'permissions' | 'caller'>,
  given: unknown,
): unknown {
  if (operation.onlyHere && caller.kind !== 'machine')
    throw new AppError('forbidden', { detail: 'only on the machine itself' });
  const mayAlways = permissions.scopes.has(operation.scope);
  const apps = operation.scope.endsWith(':read') ? permissions.readableApps : permissions.apps;
  const mayForApp = apps.size > 0 && (operation.appOf ?? operation.forAppAdministrators);
  if (!mayAlways && !mayForApp) throw lacking(operation);
  const input = readInput(operation.input, given ?? {});
  const app = operation.appOf?.(input);
  if (!mayAlways && operation.appOf && !(app !== undefined && apps.has(app))) throw lacking(operation);
  return input;
}

const lacking = ({ scope }: Operation) =>
  new AppError('forbidden', { detail: `the scope ${scope} is needed` });

/** Nothing is written down of what only reads. */
async function changing(
  { area, operation }: InTable,
  context: AdminContext,
  input: unknown,
): Promise<unknown> {
  const { changes: type } = operation;
  if (type === undefined) return operation.run(context, input);
  const subject = await subjectOf(context, area, input);
  return context.audit.change({ type, actor: context.actor, ...subject }, (note) =>
    operation.run({ ...context, note }, input),
  );
}
