import type { AuditKey, AuditKeyRepository } from '../audit/audit-key.ts';
import type { AuditEvent, AuditEventRepository } from '../audit/event.ts';
import { ConflictError } from '../errors.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';

/** Audit events in memory, as the audit writes them; the storage can be away. */
export function openEvents() {
  const batches: AuditEvent[][] = [];
  const settled = new Set<string>();
  const announced: string[] = [];
  const keys = new Map<string, AuditKey>();
  const all = () => batches.flat();
  const present = async () => {
    if (events.away) throw new Error('storage is away');
    await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const auditEvents = {
    async insertMany(batch) {
      await present();
      batches.push(structuredClone([...batch]));
    },
    listByChange: async (changeId) => all().filter((event) => event.changeId === changeId),
    listOpenIntents: async ({ before, limit }) =>
      all()
        .filter(
          ({ outcome, at, changeId = '' }) => outcome === 'intent' && at < before && !settled.has(changeId),
        )
        .slice(0, limit),
    async settleIntent(changeId) {
      await present();
      settled.add(changeId);
    },
  } satisfies Partial<AuditEventRepository>;
  const auditKeys: Pick<AuditKeyRepository, 'insert' | 'findMany' | 'erase'> = {
    async insert(key) {
      await present();
      if (keys.has(key.id)) throw new ConflictError('id');
      keys.set(key.id, key);
    },
    findMany: async (ids) => ids.flatMap((id) => keys.get(id) ?? []),
    erase: async (id, at) => void keys.set(id, { id, createdAt: at, erasedAt: at }),
  };
  const auditChains = {
    announce: async ({ id }: { id: string }) => {
      await present();
      announced.push(id);
    },
  };
  const secret = createSecret(generateRoot());
  const given = { storage: { auditEvents, auditKeys, auditChains }, secret };
  const events = { ...auditEvents, away: false, batches, all, announced, keys, given };
  return events;
}
