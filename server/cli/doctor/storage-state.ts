import type { Finding } from '../../admin/about-server.ts';
import type { Config } from '../../config.ts';
import { StorageError } from '../../errors.ts';
import { createPairwiseUse } from '../../oidc/pairwise-use.ts';
import { missingSalt } from '../../secret/pairwise-salt.ts';
import type { SecretRing } from '../../secret/ring.ts';
import type { Storage } from '../../storage.ts';
import { withoutPassword } from '../failure.ts';
import { storageRemedies } from '../storage-remedies.ts';
import type { ExamineSurroundings } from './examine.ts';
import { failed, ok, skipped, warning } from './finding.ts';

interface Examined {
  storage?: Storage;
  findings: Finding[];
}

/** Whether the storage answers, has the schema of this version, and was made with this secret. */
export async function examineStorage(input: {
  config: Config;
  secret: SecretRing | undefined;
  surroundings: ExamineSurroundings;
}): Promise<Examined> {
  const { config, secret, surroundings } = input;
  try {
    const storage = await surroundings.openStorage({
      url: config.storageUrl,
      role: 'command',
      schema: 'check',
      waitUntilReady: true,
    });
    const { stored } = await storage.schemaVersion();
    const reachable = ok(
      'storage',
      `answers (${storage.engine}); its schema has version ${stored}, as it should.`,
    );
    const findings = [reachable, await examineKeyCheck(storage, secret)];
    return {
      storage,
      findings: [...findings, ...(await examineSalt({ storage, secret, now: surroundings.now }))],
    };
  } catch (error) {
    const { reason, message } = error as StorageError;
    if (!(error instanceof StorageError)) throw error;
    return {
      findings: [
        failed('storage', sentence(withoutPassword(message)), storageRemedies[reason]),
        skipped('key check', 'needs the storage.'),
      ],
    };
  }
}

async function examineKeyCheck(storage: Storage, secret: SecretRing | undefined): Promise<Finding> {
  if (!secret) return skipped('key check', 'needs the secret.');
  const installation = await storage.installation.find();
  if (!installation)
    return skipped('key check', 'the storage is new: the first start leaves its key check there.');
  try {
    secret.follow(installation);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return secret.has(installation.keyCheck)
      ? failed('key check', sentence(error.message), 'Put the previous secret back, behind the current one.')
      : failed('key check', 'the storage was made with another secret.', storageRemedies.wrong_secret);
  }
  const { previous } = installation;
  if (!previous && secret.keyIds.length > 1)
    return warning(
      'key check',
      'the storage was made with this secret; others that nothing needs stand beside it.',
      '`latchkey secret retire` takes them out of the file; out of LATCHKEY_SECRET take them yourself.',
    );
  if (!previous) return ok('key check', 'the storage was made with this secret.');
  return warning(
    'key check',
    `the installation secret was exchanged on ${new Date(previous.replacedAt).toISOString().slice(0, 10)}, and the one before is in use still.`,
    '`latchkey secret status` says what needs it; then `latchkey secret retire` ends the exchange.',
  );
}

/** What a server does not start without. */
async function examineSalt({
  storage,
  secret,
  now,
}: {
  storage: Storage;
  secret: SecretRing | undefined;
  now: () => number;
}): Promise<Finding[]> {
  const installation = await storage.installation.find();
  if (!secret || !installation || installation.pairwiseSalt !== undefined) return [];
  const dependents = await createPairwiseUse({ storage, secret, now }).dependents();
  if (dependents === undefined) return [];
  const { message } = missingSalt(dependents);
  return [failed('pairwise subs', message, storageRemedies.no_salt)];
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
