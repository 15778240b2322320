/** A storage that a test may stop at any of its calls. */
import type { Storage } from '../storage.ts';

/** What a test does around a call, such as `artifacts.upsert`. It is waited for, and whatever it throws is what the caller gets. */
export interface CallHooks {
  before?(call: string): unknown;
  /** After the storage has acknowledged the call. */
  after?(call: string): void;
}

/** Repositories whose failure nobody waits for: the audit and figures are written in the background. */
const unwatched: readonly string[] = [
  ...['auditEvents', 'auditKeys', 'auditCheckpoints', 'auditChains'],
  ...['figures', 'passkeyHolders'],
];

/** What a server asks by itself, whenever it is time. */
const polled: readonly string[] = [
  'passkeyEvents.list',
  'leases.acquire',
  'leases.release',
  'installation.find',
];

export function watchStorage(storage: Storage, hooks: CallHooks): Storage {
  const watched = Object.entries(storage).map(([name, part]) =>
    typeof part === 'object' && !unwatched.includes(name)
      ? [name, watchRepository(name, part, hooks)]
      : [name, part],
  );
  const dispose = () => storage[Symbol.asyncDispose]();
  return { ...Object.fromEntries(watched), [Symbol.asyncDispose]: dispose };
}

function watchRepository(name: string, repository: object, hooks: CallHooks): object {
  return Object.fromEntries(
    Object.entries(repository).map(([method, call]) => [
      method,
      async (...parameters: unknown[]) => {
        if (polled.includes(`${name}.${method}`)) return call(...parameters);
        await hooks.before?.(`${name}.${method}`);
        const result = await call(...parameters);
        hooks.after?.(`${name}.${method}`);
        return result;
      },
    ]),
  );
}
