import type { Finding } from '../../admin/about-server.ts';
import { type Config, doubtsAbout, readConfig } from '../../config.ts';
import { ConfigError } from '../../errors.ts';
import type { Surroundings } from '../surroundings.ts';
import { examineAppAddresses } from './app-addresses.ts';
import { examineDatabaseClock } from './database-clock.ts';
import { examineDisk } from './disk.ts';
import { failed, ok, warning } from './finding.ts';
import { examineMail } from './mail.ts';
import { examinePasskeyManager } from './passkey-manager.ts';
import { examineSecret } from './secret-place.ts';
import { examineSeparation } from './separation.ts';
import { examineServer } from './server-answers.ts';
import { examineStorage } from './storage-state.ts';

/** What is needed to look. */
export type ExamineSurroundings = Pick<Surroundings, 'env' | 'openStorage' | 'now'>;

/** Looks at everything that an installation needs, changes nothing, and goes on after what is wrong. */
export async function examine(surroundings: ExamineSurroundings): Promise<Finding[]> {
  const { config, findings } = examineSettings(surroundings);
  if (!config) return findings;
  const { secret, finding: secretFinding } = examineSecret(config);
  const stored = await examineStorage({ config, secret, surroundings });
  await using storage = stored.storage;
  return [
    ...findings,
    secretFinding,
    ...stored.findings,
    ...(storage ? await examineDatabaseClock(storage, surroundings.now) : []),
    await examineDisk(config),
    ...(storage ? await examineSeparation(config, storage) : []),
    ...(storage ? [await examineAppAddresses(config, storage)] : []),
    ...(await examinePasskeyManager({ config, secret, storage, now: surroundings.now })),
    await examineMail(config),
    ...(await examineServer(config, surroundings.now, await storage?.signingKeys.list())),
  ];
}

function examineSettings({ env }: Pick<Surroundings, 'env'>): { config?: Config; findings: Finding[] } {
  try {
    const config = readConfig(env);
    return {
      config,
      findings: [
        settingsFinding(config),
        ok(
          'origins',
          config.relyingParties.map(({ rpId, origins }) => `${rpId}: ${origins.join(', ')}`).join('; '),
        ),
      ],
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      findings: error.problems.map((problem) => failed('settings', problem)),
    };
  }
}

function settingsFinding(config: Config): Finding {
  const [doubt] = doubtsAbout(config);
  if (doubt) return warning('settings', doubt);
  return ok('settings', `fit together; the issuer is ${config.issuer}.`);
}
