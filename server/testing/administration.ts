import { randomUUID } from 'node:crypto';
import { openStorage } from '../../adapters/open.ts';
import { type Administrator, administrationFor } from '../admin/administration.ts';
import { createAudit } from '../audit/audit.ts';
import type { Config } from '../config.ts';
import { createLog } from '../log.ts';
import { createPasskeyManager } from '../passkeys/create-manager.ts';
import { passkeyManagerName } from '../receipts/receipt.ts';
import { createSecret, generateRoot } from '../secret/secret.ts';
import type { Account, Passkey } from '../storage.ts';

const issuer = 'http://localhost:3000';

/** An installation in memory, on real parts, with a clock that a test sets. */
export async function openAdministration({ signUp = 'invitation' }: { signUp?: Config['signUp'] } = {}) {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const now = () => clock.now;
  const secret = createSecret(generateRoot());
  const log = createLog({ level: 'silent', format: 'json' });
  const url = 'sqlite::memory:';
  const storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
  const manager = createPasskeyManager({
    storage,
    relyingParties: [{ rpId: 'localhost', origins: [issuer] }],
    rpName: 'Latchkey',
    hash: secret.hash,
    receipts: { issuer: passkeyManagerName, audience: issuer, secret },
    now,
    log,
  });
  const audit = createAudit({ events: storage.auditEvents, now, log });
  const dependencies = {
    storage,
    administration: manager.as('administration'),
    hash: secret.hash,
    issuer,
    signUp,
    record: audit.record,
    now,
  };
  return {
    clock,
    storage,
    manager,
    hash: secret.hash,
    mac: secret.mac,
    as: (who: Administrator) => administrationFor(who, dependencies),
    machine: administrationFor({ kind: 'machine' }, dependencies),
    async eventTypes(): Promise<string[]> {
      await audit.flush();
      return (await storage.auditEvents.list({ limit: 100 })).map(({ type }) => type);
    },
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}

/** Puts a passkey beside an account, as if a browser had registered it. */
export async function givePasskey(
  { passkeys }: { passkeys: { insert(passkey: Passkey): Promise<void> } },
  account: Account,
  more: Partial<Passkey> = {},
): Promise<Passkey> {
  const passkey: Passkey = {
    id: randomUUID(),
    publicKey: 'AA',
    algorithm: -7,
    userHandle: account.userHandles[0] ?? '',
    rpId: 'localhost',
    origin: issuer,
    aaguid: '00000000-0000-0000-0000-000000000000',
    transports: [],
    backedUp: false,
    userVerified: true,
    counter: 0,
    name: 'Key',
    status: 'active',
    assurance: 'confirmed',
    createdAt: 0,
    revision: 1,
    ...more,
  };
  await passkeys.insert(passkey);
  return passkey;
}
