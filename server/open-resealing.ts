/** Brings everything that is stored under the current installation secret, after it was exchanged. */
import { randomUUID } from 'node:crypto';
import { resealApps } from './apps/reseal-apps.ts';
import { resealAuditKeys } from './audit/seal.ts';
import type { Log } from './log.ts';
import { resealSigningKeys } from './oidc/keys.ts';
import { artifactsOfOthers, resealArtifacts } from './oidc/reseal-artifacts.ts';
import { resealReceiptKeys } from './receipts/reseal-keys.ts';
import { settleMs } from './secret/exchange.ts';
import type { Installation, PreviousSecret } from './secret/installation.ts';
import { resealPairwiseSalt } from './secret/pairwise-salt.ts';
import type { SecretRing } from './secret/ring.ts';
import { keyIdOf } from './secret/secret.ts';
import type { Storage } from './storage.ts';

interface Parts {
  /** As it was opened: what is found wherever it stands is not sealed anew there. */
  storage: Storage;
  secret: SecretRing;
  log: Pick<Log, 'info'>;
  now: () => number;
}

export interface Resealing {
  /** Does what there is to do, unless another process does it. Can be broken off at any moment, and begun again. */
  round(): Promise<void>;
}

const lease = { id: 'reseal', ms: 30_000 };

export function openResealing(parts: Parts): Resealing {
  const { storage, secret, log, now } = parts;
  const owner = randomUUID();
  const acquire = () =>
    storage.leases.acquire({ id: lease.id, owner, until: now() + lease.ms }, now()).then(Boolean);

  return {
    async round() {
      // Not only after an exchange: it may be put back as it was before one, and everybody's `sub` hangs on it.
      await resealPairwiseSalt({ repository: storage.installation, secret });
      const previous = due(await storage.installation.find(), { secret, now: now() });
      if (!previous || !(await acquire())) return;
      try {
        const begun = now();
        const resealed = await resealAll(parts, previous, acquire);
        if (resealed === undefined) return;
        await note(storage, previous, { finishedAt: now() });
        log.info({ resealed, ms: now() - begun }, 'everything is under the current installation secret');
      } finally {
        await storage.leases.release(lease.id, owner);
      }
    },
  };
}

/** Instances go over to another secret within a second or so: what is written under the old one until then comes, too. */
function due(
  installation: Installation | undefined,
  { secret, now }: { secret: SecretRing; now: number },
): PreviousSecret | undefined {
  const previous = installation?.previous;
  if (!installation || !previous || previous.finishedAt !== undefined) return undefined;
  if (keyIdOf(installation.keyCheck) !== secret.keyId) return undefined;
  return now >= previous.replacedAt + settleMs ? previous : undefined;
}

/** Again and again, until there was nothing to do. @returns how many it was; `undefined` where somebody else went on */
async function resealAll(
  { storage, secret, log, now }: Parts,
  previous: PreviousSecret,
  acquire: () => Promise<boolean>,
): Promise<number | undefined> {
  const parts = { ...storage, secret, now };
  let total = 0;
  let told = now();
  const add = async (count: number) => {
    total += count;
    if (now() - told < 1000) return true;
    told = now();
    log.info({ resealed: total }, 'records are brought under the current installation secret');
    await note(storage, previous, { rekeyed: total });
    return acquire();
  };
  const appsBefore = { previous: keyIdOf(previous.keyCheck), before: previous.replacedAt + 60_000 };
  total += await resealApps(parts, appsBefore);
  for (let before = -1; total !== before; ) {
    before = total;
    total += await resealSigningKeys(parts);
    total += await resealReceiptKeys(parts);
    total += await resealAuditKeys(parts);
    let isOurs = true;
    await resealArtifacts(parts, async (count) => {
      isOurs = await add(count);
    });
    if (!isOurs) return undefined;
  }
  await note(storage, previous, { rekeyed: total });
  return total;
}

/** As long as it is the same exchange. */
async function note(
  { installation: repository }: Pick<Storage, 'installation'>,
  { keyCheck, rekeyed: base }: PreviousSecret,
  { rekeyed, ...facts }: Partial<PreviousSecret>,
): Promise<void> {
  for (;;) {
    const installation = await repository.find();
    if (installation?.previous?.keyCheck !== keyCheck) return;
    const counted = rekeyed === undefined ? {} : { rekeyed: base + rekeyed };
    const previous = { ...installation.previous, ...counted, ...facts };
    if (await repository.update({ ...installation, previous }, installation.revision ?? 0)) return;
  }
}

/** What stands under the previous secret still, by kind. */
export interface Needs {
  records: number;
  links: number;
  mails: number;
  /** When the last link that may be from before runs out, epoch milliseconds. */
  linksUntil?: number;
}

/** A link, and the ticket behind it, lives so long at most. */
const longestLink = 72 * 60 * 60 * 1000;
const mostMails = 10_000;

export async function previousNeeds(
  { storage, secret, now }: Pick<Parts, 'storage' | 'secret' | 'now'>,
  previous: PreviousSecret,
): Promise<Needs> {
  let records = 0;
  const parts = { ...storage, secret, now };
  for await (const page of artifactsOfOthers(parts)) records += page.length;
  const keys = [...(await storage.signingKeys.list()), ...(await storage.receiptKeys.list())];
  records += keys.filter(({ sealedJwk }) => keyIdOf(sealedJwk) !== secret.keyId).length;
  const salt = (await storage.installation.find())?.pairwiseSalt;
  if (salt !== undefined && keyIdOf(salt) !== secret.keyId) records += 1;
  const until = previous.replacedAt + longestLink;
  const open = { now: now(), until };
  // Where there are people a ticket is of use with its link alone; a passkey manager by itself has no others.
  const hasPeople = (await storage.accounts.listByRole('administrator')).length > 0;
  const links = await (hasPeople ? storage.invitations : storage.tickets).countOpen(open);
  const due = { until: Number.MAX_SAFE_INTEGER, limit: mostMails };
  const mails = await storage.outgoingMails.listDue(due);
  return {
    records,
    links,
    mails: mails.filter(({ sealed }) => keyIdOf(sealed) !== secret.keyId).length,
    ...(links > 0 && { linksUntil: until }),
  };
}
