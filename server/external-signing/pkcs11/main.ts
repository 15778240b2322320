/** `latchkey signer`: signs with the keys of a PKCS#11 token, for providers. */
import type { Config } from '../../config.ts';
import { ConfigError } from '../../errors.ts';
import { createReadiness } from '../../http/health.ts';
import { listen } from '../../http/server.ts';
import type { Log } from '../../log.ts';
import { type Running, startProcess } from '../../start-process.ts';
import { createSigningService } from '../service.ts';
import { openToken } from './token.ts';

/** The address of a signer is a provider's setting: here it only says that there is one. */
const defaults = { LATCHKEY_SIGNER_URL: 'http://localhost:3444', LATCHKEY_LISTEN_PORT: '3444' };

export const start = () => startProcess({ ...defaults, ...process.env }, run);

/** @throws ConfigError where the token cannot be read: nothing listens then */
async function run(
  { signingKeys: { signer, pkcs11 }, listen: { host, port } }: Config,
  log: Log,
): Promise<Running> {
  if (!pkcs11) throw new ConfigError(['LATCHKEY_PKCS11_MODULE must name the module of the token.']);
  const store = openToken({ ...pkcs11, env: process.env });
  const keys = await store.keys().catch((cause: Error) => {
    throw new ConfigError([`LATCHKEY_PKCS11_MODULE: the token cannot be read (${cause.message}).`]);
  });
  await using resources = new AsyncDisposableStack();
  const service = createSigningService({ store, token: signer?.token ?? '', log });
  resources.use(await listen(service, { host, port, patience: 7000 }));
  log.info(
    { url: `http://${host}:${port}`, keys: keys.map(({ kid, alg }) => `${alg} ${kid}`) },
    'signer ready',
  );
  return { readiness: createReadiness({ token: store.keys }), resources: resources.move() };
}
