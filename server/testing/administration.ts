import { randomUUID } from 'node:crypto';
import { openStorage } from '../../adapters/open.ts';
import { aboutThisServer } from '../about-this-server.ts';
import { administrationFor } from '../admin/administration.ts';
import type { Caller } from '../admin/permission.ts';
import { createAudit } from '../audit/audit.ts';
import { type AuditSearch, searchAudit } from '../audit/search.ts';
import { type Config, readConfig } from '../config.ts';
import { noModels } from '../fido-metadata/catalogue.ts';
import { createFidoMetadata } from '../fido-metadata/metadata.ts';
import { readMetadataSettings } from '../fido-metadata/settings.ts';
import { createLog, type Log } from '../log.ts';
import type { Letter } from '../mail/letter.ts';
import { openSessions } from '../open-sessions.ts';
import { openSigningKeyring } from '../open-signing-keys.ts';
import { createOutbound } from '../outbound/outbound.ts';
import { createPasskeyManager } from '../passkeys/create-manager.ts';
import { passkeyManagerName } from '../receipts/receipt.ts';
import { createSecretRing } from '../secret/ring.ts';
import { generateRoot } from '../secret/secret.ts';
import type { Account, AuditEvent, Passkey, Storage } from '../storage.ts';

const issuer = 'http://localhost:3000';

/** An installation in memory, on real parts, with a clock that a test sets. */
export async function openAdministration({
  signUp = 'invitation',
  sendsMail = false,
}: {
  signUp?: Config['signUp'];
  sendsMail?: boolean;
} = {}) {
  const letters: Letter[] = [];
  const clock = { now: Date.UTC(2026, 0, 1) };
  const now = () => clock.now;
  const secret = createSecretRing([generateRoot()]);
  const log = createLog({ level: 'silent', format: 'json' });
  const url = 'sqlite::memory:';
  const storage = await openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true });
  const manager = createPasskeyManager({
    storage,
    relyingParties: [{ rpId: 'localhost', origins: [issuer] }],
    rpName: 'Latchkey',
    models: noModels,
    metadata: openMetadata({ storage, now, log }),
    brokenModels: 'block',
    hash: secret.hash,
    hashes: secret.hashes,
    receipts: { issuer: passkeyManagerName, audience: issuer, secret },
    now,
    log,
  });
  const audit = createAudit({ storage, secret, now, log });
  const dependencies = {
    storage,
    administration: manager.as('administration'),
    ...openSessions({ storage, secret, findApp: storage.apps.findById, now }),
    hash: secret.hash,
    ...(sendsMail && { mail: { post: async (letter: Letter) => void letters.push(letter) } }),
    issuer,
    askAddress: createOutbound({ allow: [] }).ask,
    examineAddress: createOutbound({ allow: [] }).examine,
    searchAudit: (search: AuditSearch) => searchAudit({ storage, secret }, search),
    server: aboutThisServer({
      config: { passkeysUrl: undefined, certificates: 'no-such-folder' },
      storage,
      env: { LATCHKEY_ISSUER: issuer, LATCHKEY_SECRET: 'a secret that nobody sees' },
      examine: async () => [],
    }),
    signingKeys: openSigningKeyring({
      config: readConfig({ LATCHKEY_ISSUER: issuer }),
      ...{ storage, secret, record: audit.record, now },
    }),
    signUp,
    audit,
    now,
  };
  /** What was done: without intents, and what was refused. */
  async function events(): Promise<AuditEvent[]> {
    await audit.flush();
    const found = await storage.auditEvents.list({ limit: 100 });
    return found.filter(({ outcome = 'done' }) => outcome === 'done');
  }
  return {
    letters,
    clock,
    now,
    secret,
    dependencies,
    storage,
    manager,
    hash: secret.hash,
    mac: secret.mac,
    as: (who: Caller) => administrationFor(who, dependencies),
    machine: administrationFor({ kind: 'machine' }, dependencies),
    events,
    eventTypes: async (): Promise<string[]> => (await events()).map(({ type }) => type),
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}

/** Puts a passkey beside an account, as if a browser had registered it. */
export async function givePasskey(
  { passkeys }: { passkeys: { insert(passkey: Passkey): Promise<void> } },
  account: Pick<Account, 'userHandles'>,
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

/** Nothing is asked; the names of passkey providers are known all the same. */
function openMetadata({ storage, now, log }: { storage: Storage; now: () => number; log: Log }) {
  const settings = readMetadataSettings({
    source: 'off',
    roots: undefined,
    maxAgeDays: 90,
    statements: undefined,
  });
  return createFidoMetadata({ repository: storage.fidoMetadata, leases: storage.leases, settings, now, log });
}
