import type { Config } from '../../config.ts';
import { StorageError } from '../../errors.ts';
import { keyCheckFits, type Secret } from '../../secret/secret.ts';
import type { Storage } from '../../storage.ts';
import { withoutPassword } from '../failure.ts';
import { storageRemedies } from '../storage-remedies.ts';
import type { Surroundings } from '../surroundings.ts';
import { type Finding, failed, ok, skipped } from './finding.ts';

interface Examined {
  storage?: Storage;
  findings: Finding[];
}

/** Whether the storage answers, has the schema of this version, and was made with this secret. */
export async function examineStorage(input: {
  config: Config;
  secret: Secret | undefined;
  surroundings: Surroundings;
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
    return { storage, findings: [reachable, await examineKeyCheck(storage, secret)] };
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

async function examineKeyCheck(storage: Storage, secret: Secret | undefined): Promise<Finding> {
  if (!secret) return skipped('key check', 'needs the secret.');
  const installation = await storage.installation.find();
  if (!installation)
    return skipped('key check', 'the storage is new: the first start leaves its key check there.');
  if (keyCheckFits(secret, installation.keyCheck))
    return ok('key check', 'the storage was made with this secret.');
  return failed('key check', 'the storage was made with another secret.', storageRemedies.wrong_secret);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
