/**
 * Keys of a PKCS#11 token, by `pkcs11-tool` of OpenSC: the module is loaded by a process of its own, which ends with what
 * it was asked, and never by this one.
 */
import { spawn } from 'node:child_process';
import { createPublicKey, hash } from 'node:crypto';
import { buffer, text } from 'node:stream/consumers';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { KeyStore } from '../service.ts';
import type { ExternalKey } from '../signer.ts';

export interface TokenPlace {
  /** The file of the module, such as `/usr/lib/softhsm/libsofthsm2.so`. */
  module: string;
  /** The label of the token. */
  label: string;
  pin: string;
  /** Of the tool: a module may look for its settings there. */
  env: NodeJS.ProcessEnv;
}

interface TokenKey extends ExternalKey {
  /** In the token: CKA_ID, hexadecimal. */
  id: string;
}

/** So many of the tool at once: more would only wait for the token. */
const most = 4;
const patience = 5_000;

export function openToken(place: TokenPlace): KeyStore {
  const tool = createTool(place);
  const known = new Map<string, TokenKey | undefined>();

  /** A key is read once: what stands under an id does not change. */
  async function keyOf(id: string): Promise<TokenKey | undefined> {
    if (!known.has(id)) {
      known.set(id, await describe(id, await tool(['--read-object', '--type', 'pubkey', '--id', id])));
    }
    return known.get(id);
  }

  async function list(): Promise<TokenKey[]> {
    const listed = (await tool(['--list-objects', '--type', 'pubkey'])).toString();
    const ids = [...listed.matchAll(/^ *ID: +([0-9a-f]+)$/gm)].map(([, id = '']) => id);
    const keys: TokenKey[] = [];
    for (const id of new Set(ids)) {
      const key = await keyOf(id);
      if (key) keys.push(key);
    }
    return keys;
  }

  return {
    keys: async () => (await list()).map(({ id, ...key }) => key),
    async sign({ kid, alg }, data) {
      const found =
        [...known.values()].find((key) => key?.kid === kid) ?? (await list()).find((key) => key.kid === kid);
      const mechanism = found && mechanisms[alg];
      if (!mechanism || found.alg !== mechanism.of) return undefined;
      const input = alg === 'ES256' ? hash('sha256', data, 'buffer') : data;
      const pin = ['--login', '--pin', 'env:LATCHKEY_PKCS11_PIN'];
      return tool([...pin, '--sign', '--id', found.id, ...mechanism.args], input);
    },
  };
}

/** How a token signs what RFC 7518 §3 and RFC 8037 §3.1 name so, with keys of which algorithm. */
const mechanisms: Record<string, { of: ExternalKey['alg']; args: string[] }> = {
  // Modules that hash as well are rare; a raw signature is what a JWS has.
  ES256: { of: 'ES256', args: ['--mechanism', 'ECDSA'] },
  RS256: { of: 'RS256', args: ['--mechanism', 'SHA256-RSA-PKCS'] },
  PS256: {
    of: 'RS256',
    args: ['--mechanism', 'SHA256-RSA-PKCS-PSS', '--mgf', 'MGF1-SHA256', '--salt-len', '32'],
  },
  EdDSA: { of: 'EdDSA', args: ['--mechanism', 'EDDSA'] },
};

/** Keys of another kind are none of ours. */
async function describe(id: string, read: Buffer): Promise<TokenKey | undefined> {
  const isPem = read.subarray(0, 5).toString() === '-----';
  const key = isPem ? createPublicKey(read) : createPublicKey({ key: read, format: 'der', type: 'spki' });
  const jwk = key.export({ format: 'jwk' }) as JWK & Record<string, string>;
  const alg = algorithmOf(jwk);
  return alg && { id, alg, kid: await calculateJwkThumbprint(jwk), jwk };
}

function algorithmOf({ kty, crv, n = '' }: JWK): ExternalKey['alg'] | undefined {
  if (kty === 'RSA' && Buffer.from(n, 'base64url').length >= 256) return 'RS256';
  if (crv === 'P-256') return 'ES256';
  return crv === 'Ed25519' ? 'EdDSA' : undefined;
}

function createTool({ module, label, pin, env }: TokenPlace) {
  // Others on the machine can read arguments, and not the environment.
  const surroundings = { ...env, LATCHKEY_PKCS11_PIN: pin };
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (args: readonly string[], input: Uint8Array = new Uint8Array()): Promise<Buffer> => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await runTool(['--module', module, '--token-label', label, ...args], {
        env: surroundings,
        input,
      });
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}

async function runTool(
  args: readonly string[],
  { env, input }: { env: NodeJS.ProcessEnv; input: Uint8Array },
): Promise<Buffer> {
  const child = spawn('pkcs11-tool', args, { env, timeout: patience });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, out, said] = await Promise.all([ended, buffer(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`pkcs11-tool ended with ${code}: ${said.trim().slice(0, 500)}`);
  return out;
}
