/** Audit events that are about a receipt: what was confirmed, registered or refused leaves no sign-in. */
import type { AuditEvent, AuditEventRepository } from '../audit/event.ts';

export interface AuditedReceipts {
  /** Those about one receipt. */
  of(receipt: string): readonly AuditEvent[];
  /** The receipt was seen. */
  strike(receipt: string): void;
  /** Those whose receipts nobody saw. */
  rest(): Iterable<AuditEvent>;
}

const pageSize = 1000;

/** Reads all of them since `since`, newest first, and keeps those that are about a receipt. */
export async function readAuditedReceipts(
  auditEvents: Pick<AuditEventRepository, 'list'>,
  { since, onProgress }: { since: number; onProgress: (at: number) => void },
): Promise<AuditedReceipts> {
  const about = new Map<string, Map<string, AuditEvent>>();
  let after: AuditEvent | undefined;
  do {
    const page = await auditEvents.list({ since, after, limit: pageSize });
    for (const event of page) {
      const receipt = event.details?.receipt;
      if (typeof receipt === 'string')
        about.set(receipt, (about.get(receipt) ?? new Map()).set(event.id, event));
    }
    after = page.length < pageSize ? undefined : page.at(-1);
    onProgress(after?.at ?? since);
  } while (after);
  const struck = new Set<string>();
  return {
    of: (receipt) => [...(about.get(receipt)?.values() ?? [])],
    strike: (receipt) => void struck.add(receipt),
    *rest() {
      for (const [receipt, events] of about) if (!struck.has(receipt)) yield* events.values();
    },
  };
}

/** What a receipt may be for, by the event that it left; `refused` ones had no effect. */
const kinds: Record<string, { purposes: readonly string[]; refused: boolean }> = {
  'sign_in.confirmed': { purposes: ['add-passkey', 'rename-passkey', 'remove-passkey'], refused: false },
  'passkey.registered': { purposes: ['register'], refused: false },
  'sign_in.failed': {
    purposes: ['sign-in', 'approve-request', 'add-passkey', 'rename-passkey', 'remove-passkey'],
    refused: true,
  },
  'passkey.registration_refused': { purposes: ['register'], refused: true },
};

/** `undefined` for an event that no receipt of this purpose leaves. */
export function outcomeOf(
  { type, details }: AuditEvent,
  purpose: string,
): 'refused' | 'recorded' | undefined {
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (!kind?.purposes.includes(purpose)) return undefined;
  if (kind.refused) return 'refused';
  return (details?.purpose ?? purpose) === purpose ? 'recorded' : undefined;
}
