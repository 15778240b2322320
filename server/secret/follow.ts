import type { Log } from '../log.ts';
import type { Installation, InstallationRepository, PreviousSecret } from './installation.ts';
import type { OpenSecret } from './secret-file.ts';

interface FollowDependencies {
  repository: Pick<InstallationRepository, 'find' | 'update'>;
  secret: OpenSecret;
  /** What others call this instance. */
  host: string;
  log: Pick<Log, 'info' | 'error'>;
}

export interface SecretFollower {
  /** Goes by what the storage says of the secret now. */
  round(): Promise<void>;
  /** The secret before, while it is needed; as of the last round. */
  previous(): PreviousSecret | undefined;
  /** @throws StorageError `wrong_secret` while this instance does not have the secret that the others write with */
  requireFollowed(): void;
}

/**
 * Lets a server go over to another secret with all the others, without a restart: what is not at hand is looked for in
 * the file once more.
 */
export function createSecretFollower({ repository, secret, host, log }: FollowDependencies): SecretFollower {
  let known: number | undefined;
  let fault: unknown;
  let previous: PreviousSecret | undefined;

  async function follow(installation: Installation): Promise<void> {
    const { keyCheck, previous, announced } = installation;
    const needed = [keyCheck, previous?.keyCheck, announced?.keyCheck].filter((check) => check !== undefined);
    if (!needed.every(secret.has)) secret.reread();
    if (announced && !announced.lackedBy && !secret.has(announced.keyCheck)) {
      const objection = { ...installation, announced: { ...announced, lackedBy: host } };
      await repository.update(objection, installation.revision ?? 0);
    }
    const before = secret.keyId;
    secret.follow(installation);
    if (secret.keyId !== before)
      log.info({ before, secret: secret.keyId }, 'another installation secret is in use');
  }

  return {
    async round() {
      const installation = await repository.find();
      const { revision = 0 } = installation ?? {};
      previous = installation?.previous;
      if (!installation || (revision === known && fault === undefined)) return;
      try {
        await follow(installation);
        known = revision;
        fault = undefined;
      } catch (err) {
        if (fault === undefined) log.error({ err }, 'the installation secret is not at hand');
        fault = err;
      }
    },
    previous: () => previous,
    requireFollowed() {
      if (fault !== undefined) throw fault;
    },
  };
}
