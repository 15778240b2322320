import { setTimeout as delay } from 'node:timers/promises';
import { createLink } from './admin/links.ts';
import { hasAdministrator } from './enrolment/link.ts';
import { AppError } from './errors.ts';
import { greeting } from './home/greeting.ts';
import type { RoomDependencies } from './rooms.ts';

/** A person at a terminal gets a few lines, everything else one JSON line. */
export async function greet(dependencies: RoomDependencies, command: string): Promise<void> {
  const { config, log, storage } = dependencies;
  const { issuer, dataDir, onLocalhost } = config;
  const setUp = !(await hasAdministrator(storage));
  const forPeople = config.log.format !== 'json' && process.stdout.isTTY === true;
  const setupUrl = setUp && (onLocalhost || forPeople) ? await setupLinkInTime(dependencies) : undefined;
  if (forPeople) return void process.stdout.write(greeting({ config, setupUrl }));
  log.info({ issuer, dataDir }, 'ready');
  if (setupUrl) log.info({ url: setupUrl }, 'setup link');
  else if (setUp) log.info({ command: `${command} setup-link` }, 'no administrator yet');
}

/** A passkey manager of its own may come later than the provider. */
async function setupLinkInTime(dependencies: RoomDependencies): Promise<string> {
  const { config, log } = dependencies;
  for (let told = false; ; told = true) {
    try {
      return await makeSetupLink(dependencies);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
      const facts = { url: config.passkeysUrl, detail: error.detail };
      if (!told) log.warn(facts, 'the passkey manager does not answer: the setup link follows when it does');
      await delay(1000, undefined, { ref: false });
    }
  }
}

async function makeSetupLink(dependencies: RoomDependencies): Promise<string> {
  const { config, secret, storage, passkeys, audit } = dependencies;
  const { issuer } = config;
  const { invitations } = storage;
  const tickets = passkeys.as('enrolment');
  const link = { purpose: 'setup', actor: { kind: 'machine' } } as const;
  const { url } = await createLink(
    { invitations, tickets, hash: secret.hash, issuer, now: dependencies.now },
    link,
  );
  await audit.record({ type: 'link.created', actor: link.actor, details: { purpose: link.purpose } });
  return url;
}
