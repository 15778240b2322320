import { AppError } from '../errors.ts';
import { noMetadata } from '../fido-metadata/catalogue.ts';
import { createReceiptIssuer } from '../receipts/issuer.ts';
import { beginAuthentication, finishAuthentication } from './authentication.ts';
import { exportPasskeys, importPasskeys } from './carry.ts';
import type { CallDependencies, PasskeyManagerDependencies } from './dependencies.ts';
import { createEventLog, listPasskeyEvents } from './events.ts';
import { createFloorCache, findFloor, setFloor } from './floor.ts';
import { issueTicket } from './grounds.ts';
import { inputs } from './inputs.ts';
import type { CallerIdentity, PasskeyManager } from './manager.ts';
import { createModelReview } from './model-review.ts';
import { findModel, metadataStatus, refreshMetadata, searchModels } from './models.ts';
import {
  confirmPasskey,
  listModelAlerts,
  listPasskeys,
  listReceiptKeys,
  listReceipts,
  removePasskey,
  removePasskeys,
  renamePasskey,
  setPasskeyStatus,
  sweep,
} from './operations.ts';
import { permissions } from './permissions.ts';
import { beginRegistration, finishRegistration } from './registration.ts';

/** The passkey manager before anybody in particular calls it. */
export interface OpenPasskeyManager {
  /** The manager as this caller may use it; anything else is `forbidden`. */
  as(identity: CallerIdentity): PasskeyManager;
}

/** Where it runs. */
export interface HomePasskeyManager extends OpenPasskeyManager {
  /** To be done again and again: see `createModelReview`. */
  reviewModels(): Promise<void>;
}

type Method<Name extends keyof PasskeyManager> = (
  dependencies: CallDependencies,
  input: Parameters<PasskeyManager[Name]>[0],
) => ReturnType<PasskeyManager[Name]>;

const methods = {
  beginRegistration,
  finishRegistration,
  beginAuthentication,
  finishAuthentication,
  issueTicket,
  listPasskeys,
  renamePasskey,
  removePasskey,
  confirmPasskey,
  setPasskeyStatus,
  removePasskeys,
  exportPasskeys,
  importPasskeys,
  listPasskeyEvents,
  listModelAlerts,
  listReceipts,
  listReceiptKeys,
  metadataStatus,
  refreshMetadata,
  searchModels,
  findModel,
  findFloor,
  setFloor,
  sweep,
} satisfies { [Name in keyof PasskeyManager]: Method<Name> };

type MethodName = keyof PasskeyManager;

export function createPasskeyManager(dependencies: PasskeyManagerDependencies): HomePasskeyManager {
  const { storage, receipts, now, metadata = noMetadata } = dependencies;
  const parts = {
    metadata,
    issueReceipt: createReceiptIssuer({ ...storage, ...receipts, now }),
    recordEvent: createEventLog(dependencies),
    floor: createFloorCache(dependencies),
  };
  return {
    reviewModels: createModelReview({ ...dependencies, ...parts }),
    as(identity) {
      const called = { ...dependencies, ...parts, caller: identity };
      const allowed: readonly string[] = Object.hasOwn(permissions, identity) ? permissions[identity] : [];
      const restricted = (Object.keys(inputs) as MethodName[]).map((name) => [
        name,
        async (input: unknown) => {
          if (!allowed.includes(name)) throw new AppError('forbidden', { detail: `${identity}: ${name}` });
          const checked = readInput(name, input);
          if (identity === 'enrolment' && !isForFirstPasskey(checked))
            throw new AppError('forbidden', {
              detail: `${identity}: a ticket for more than a first passkey`,
            });
          await dependencies.models.ready?.();
          return call(called, name, checked);
        },
      ]);
      return Object.freeze(Object.fromEntries(restricted));
    },
  };
}

/** `inputs` has checked what `methods` is given, so the types that the table cannot pair hold. */
function call(dependencies: CallDependencies, name: MethodName, input: unknown): Promise<unknown> {
  const method = methods[name] as (dependencies: CallDependencies, input: unknown) => Promise<unknown>;
  return method(dependencies, input);
}

const isForFirstPasskey = (input: unknown) => (input as { purpose?: unknown }).purpose === 'first';

function readInput(name: MethodName, input: unknown): unknown {
  try {
    return inputs[name].parse(input);
  } catch (cause) {
    throw new AppError('bad_request', { detail: `passkey manager: ${name}`, cause });
  }
}
