/** Bundles scripts and stylesheets into views/dist with hashed names and a manifest: `node views/build.ts`. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = import.meta.dirname;
const dist = join(here, 'dist');

const entries = {
  'main.css': 'assets/main.css',
  'console.css': 'assets/console/console.css',
  'sign-in.js': 'browser/sign-in.ts',
  'step-up.js': 'browser/step-up.ts',
  'enrol.js': 'browser/enrol.ts',
  'account.js': 'browser/account.ts',
  'consent.js': 'browser/consent.ts',
  'retry.js': 'browser/retry.ts',
  'signing-out.js': 'browser/signing-out.ts',
  'console.js': 'browser/console.ts',
} as const;

await mkdir(dist, { recursive: true });
const manifest: Record<string, string> = {};
for (const [logical, source] of Object.entries(entries))
  manifest[logical] = await write(logical, await bundle(source));
manifest['icon.svg'] = await write('icon.svg', await readFile(join(here, 'assets/icon.svg')));
await place('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
await removeStale();

/** In one step: whoever reads meanwhile finds all of the old file or all of the new one. */
async function place(name: string, content: string | Buffer): Promise<void> {
  const draft = join(dist, `${name}.${process.pid}.draft`);
  await writeFile(draft, content);
  await rename(draft, join(dist, name));
}

async function removeStale(): Promise<void> {
  const names = Object.values(manifest).flatMap((name) => [name, `${name}.br`, `${name}.gz`]);
  const kept = new Set([...names, 'manifest.json']);
  for (const name of await readdir(dist))
    if (!kept.has(name) && !name.endsWith('.draft')) await rm(join(dist, name), { force: true });
}

async function bundle(source: string): Promise<Buffer> {
  const { outputFiles } = await build({
    entryPoints: [join(here, source)],
    bundle: true,
    minify: true,
    format: 'esm',
    // The oldest browsers in which passkeys with autofill are common.
    target: ['chrome111', 'firefox122', 'safari16.4'],
    legalComments: 'none',
    write: false,
    logLevel: 'warning',
  });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}

/** Writes the file and its compressed forms; returns its name, which changes with its content. */
async function write(logical: string, content: Buffer): Promise<string> {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 10);
  const [, stem, extension] = /^(.+)\.(\w+)$/.exec(logical) as RegExpExecArray;
  const name = `${stem}-${hash}.${extension}`;
  await place(name, content);
  await place(`${name}.br`, brotliCompressSync(content));
  await place(`${name}.gz`, gzipSync(content, { level: 9 }));
  return name;
}
