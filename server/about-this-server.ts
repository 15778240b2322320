import type { AboutServer, Finding } from './admin/about-server.ts';
import type { Config } from './config.ts';
import { certificateFacts } from './service-identity/certificate-facts.ts';
import { settingFacts } from './setting-facts.ts';
import type { Storage } from './storage.ts';
import { version } from './version.ts';

/** What a process knows of itself. */
export function aboutThisServer({
  config,
  storage,
  env,
  examine,
}: {
  config: Pick<Config, 'passkeysUrl' | 'certificates'>;
  storage: Pick<Storage, 'engine' | 'schemaVersion'>;
  env: Readonly<Record<string, string | undefined>>;
  examine: () => Promise<Finding[]>;
}): AboutServer {
  return {
    version,
    storage: storage.engine,
    schema: () => storage.schemaVersion(),
    passkeys: config.passkeysUrl === undefined ? 'here' : 'elsewhere',
    settings: () => settingFacts(env),
    examine: sharing(examine),
    certificates: () => certificateFacts(config.certificates),
  };
}

/** Whoever asks while somebody else's answer is being found gets that one: it opens the storage and asks the mail server. */
function sharing<T>(find: () => Promise<T>): () => Promise<T> {
  let going: Promise<T> | undefined;
  return () => {
    going ??= find().finally(() => {
      going = undefined;
    });
    return going;
  };
}
