import { AppError } from '../errors.ts';
import { beginAuthentication, finishAuthentication } from './authentication.ts';
import type { PasskeyManagerDependencies } from './dependencies.ts';
import { issueTicket } from './grounds.ts';
import { inputs } from './inputs.ts';
import { type CallerIdentity, type PasskeyManager, permissions } from './manager.ts';
import {
  confirmPasskey,
  listPasskeys,
  removePasskey,
  removePasskeys,
  renamePasskey,
  setPasskeyStatus,
  sweep,
} from './operations.ts';
import { beginRegistration, finishRegistration } from './registration.ts';

/** The passkey manager before anybody in particular calls it. */
export interface OpenPasskeyManager {
  /** The manager as this caller may use it; anything else is `forbidden`. */
  as(identity: CallerIdentity): PasskeyManager;
}

type Dependencies = PasskeyManagerDependencies;
type Method<Name extends keyof PasskeyManager> = (
  dependencies: Dependencies,
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
  sweep,
} satisfies { [Name in keyof PasskeyManager]: Method<Name> };

type MethodName = keyof PasskeyManager;

export function createPasskeyManager(dependencies: Dependencies): OpenPasskeyManager {
  return {
    as(identity) {
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
          return call(dependencies, name, checked);
        },
      ]);
      return Object.freeze(Object.fromEntries(restricted));
    },
  };
}

/** `inputs` has checked what `methods` is given, so the types that the table cannot pair hold. */
function call(dependencies: Dependencies, name: MethodName, input: unknown): Promise<unknown> {
  const method = methods[name] as (dependencies: Dependencies, input: unknown) => Promise<unknown>;
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
