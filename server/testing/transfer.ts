/** One installation's things brought to another, without the command. */
import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { openPasskeys } from '../open-passkeys.ts';
import type { TransferContent } from '../transfer/content.ts';
import { exportInstallation } from '../transfer/export.ts';
import { importInstallation } from '../transfer/import.ts';
import { readExport } from '../transfer/read-export.ts';
import { createAuthenticator } from './authenticator.ts';
import { type AlgorithmName, algorithms } from './authenticator-keys.ts';
import { createBrowser, type TestBrowser } from './browser.ts';
import type { TestInstallation } from './installation.ts';

export const passphrase = 'correct horse battery staple';

const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };

async function dependenciesOf({ config, secret, storage }: TestInstallation) {
  const now = Date.now;
  const passkeys = await openPasskeys({ config, secret, storage, now, log });
  const administration = passkeys.as('administration');
  return {
    dependencies: { storage, administration, secret, issuer: config.issuer, now },
    [Symbol.asyncDispose]: () => passkeys[Symbol.asyncDispose](),
  };
}

export async function exported(installation: TestInstallation): Promise<Uint8Array> {
  await using opened = await dependenciesOf(installation);
  const stream = await exportInstallation(opened.dependencies, { passphrase });
  return new Uint8Array(await new Response(stream as ReadableStream).arrayBuffer());
}

export function contentOf(bytes: Uint8Array, opened = passphrase): Promise<TransferContent> {
  // In parts of odd lengths, as they come from a disk or a network.
  const parts = function* () {
    for (let at = 0; at < bytes.length; at += 10_007) yield bytes.slice(at, at + 10_007);
  };
  return readExport({ openFile: () => ReadableStream.from(parts()), passphrase: opened });
}

export async function imported(
  installation: TestInstallation,
  content: TransferContent,
  options: Parameters<typeof importInstallation>[1] = {},
) {
  await using opened = await dependenciesOf(installation);
  return await importInstallation(content, options, opened.dependencies);
}

/** A passkey as the test data have it. */
export interface KnownPasskey {
  userName: string;
  userHandle: string;
  credentialId: string;
  privateKey: JsonWebKey;
  /** COSE algorithm; ES256 where it is absent. */
  alg?: number;
  /** Backup flags; `true` where they are absent. */
  be?: boolean;
}

/** A browser at an installation, with a passkey that was made elsewhere. */
export function browserWith({ origin }: TestInstallation, known: KnownPasskey): TestBrowser {
  const { alg = algorithms.ES256, be = true } = known;
  const authenticator = createAuthenticator({ origin, synced: be });
  const [algorithm] = Object.entries(algorithms).find(([, number]) => number === alg) ?? [];
  authenticator.credentials.push({
    id: known.credentialId,
    rpId: 'localhost',
    userHandle: known.userHandle,
    algorithm: algorithm as AlgorithmName,
    privateKey: createPrivateKey({ key: known.privateKey, format: 'jwk' }),
    counter: 0,
  });
  return createBrowser(origin, { of: { authenticator, cookies: new Map(), seen: new Set() } });
}

/** The same person, with the same passkeys, in a browser at another installation. */
export function atAnother({ origin }: TestInstallation, { authenticator: had }: TestBrowser): TestBrowser {
  const authenticator = createAuthenticator({ origin });
  authenticator.credentials.push(...had.credentials);
  return createBrowser(origin, { of: { authenticator, cookies: new Map(), seen: new Set() } });
}
