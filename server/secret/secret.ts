import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  timingSafeEqual,
} from 'node:crypto';
import { createLately } from '../keep-latest.ts';
import { createKeyring, type Keyring } from './keyring.ts';

/** What keys are derived for: one each, so that no value can be used in another's place. */
type Purpose = 'lookup' | 'seal' | 'cookies' | 'tickets' | 'evidence' | 'checkpoints' | 'dpop nonces';

/**
 * The installation secret, as the operations that need it. The keys never leave.
 * Every value made with one carries a version and the key's id, so that it can be exchanged: see `SecretRing`, which
 * writes with the current secret and reads with any.
 */
export interface Secret {
  /** Names the key: the beginning of a hash of it. */
  readonly keyId: string;
  /** Whether there was another one before: what was stored then may be found in another place. */
  readonly isSuccessor: boolean;
  /** HMAC-SHA-256 of a bearer value, to store it by. `namespace` keeps kinds apart. */
  hash(namespace: string, value: string): string;
  /** The same under every secret in use, the current one first: what it may be found by. */
  hashes(namespace: string, value: string): readonly string[];
  /** The key of `hash`, base64url, for what is kept sealed alone: see `hashWith`. @throws RangeError for another key */
  carryHashKey(keyId?: string): string;
  /** HMAC-SHA-256 of what a record says, to be found in it later: nobody else writes such a record. */
  mac(namespace: string, value: string): string;
  /** Whether it was made by `mac`, with this secret or one before. */
  isMac(namespace: string, value: string, mac: string): boolean;
  /** AES-256-GCM. `context` must be the same when it is opened: a sealed value cannot be moved elsewhere. */
  seal(plaintext: string, context: string): string;
  /** @throws Error if it was sealed with another key or context, or was changed */
  open(sealed: string, context: string): string;
  /** Signs checkpoints of the audit, Ed25519 (RFC 8032): anybody can verify them with the public key. */
  readonly checkpoints: CheckpointSigner;
  /** Of 32 bytes: what nonces for proofs of possession are made of, the same at every instance (RFC 9449 §8). */
  readonly proofNonceSecret: Buffer;
  /** Signs cookies. */
  readonly cookieKeyring: Keyring;
}

export interface CheckpointSigner {
  readonly publicKey: KeyObject;
  /** Of secrets before, too: what they signed stays signed. */
  readonly publicKeys: readonly KeyObject[];
  sign(data: string): Buffer;
}

/**
 * What outlives a secret, because it cannot be made anew: what verifies its MACs, its checkpoints, and the cookies that
 * browsers still have. Nothing is found or opened by it. Base64url.
 */
export interface FormerKeys {
  keyId: string;
  evidence: string;
  checkpoints: string;
  cookies: string;
}

/** One installation secret. */
export interface OneSecret extends Secret {
  /** For the secret after it, which keeps it sealed. */
  bequeath(): FormerKeys;
}

const nonceBytes = 12;
let stock = Buffer.alloc(0);

/** 96 random bits, each handed out once. Drawn in bulk: asking the system every time costs more than sealing. */
function nextNonce(): Buffer {
  if (stock.length < nonceBytes) stock = randomBytes(nonceBytes * 256);
  const nonce = stock.subarray(0, nonceBytes);
  stock = stock.subarray(nonceBytes);
  return nonce;
}

/** @param root the installation secret: at least 32 random bytes, base64url */
export function createSecret(root: string): OneSecret {
  const bytes = Buffer.from(root, 'base64url');
  if (bytes.length < 32) throw new RangeError('the installation secret must have at least 32 bytes');
  const derive = (purpose: Purpose) =>
    Buffer.from(hkdfSync('sha256', bytes, '', `latchkey ${purpose} v1`, 32));
  // Key objects: handing over raw bytes would cost several times as much at every call.
  const lookup = createSecretKey(derive('lookup'));
  const evidence = createSecretKey(derive('evidence'));
  const sealing = createSecretKey(derive('seal'));
  const keyId = createHmac('sha256', sealing).update('key id').digest('base64url').slice(0, 8);
  const hash = remembering(keyed(lookup));
  const mac = keyed(evidence);
  const checkpoints = createSigner(derive('checkpoints'));
  const cookies = derive('cookies').toString('base64url');
  return {
    keyId,
    isSuccessor: false,
    hash,
    hashes: (namespace, value) => [hash(namespace, value)],
    carryHashKey(asked = keyId) {
      if (asked !== keyId) throw new RangeError(`the secret ${asked} is not here`);
      return lookup.export().toString('base64url');
    },
    mac,
    isMac: (namespace, value, given) => equal(mac(namespace, value), given),
    ...sealer(sealing, `v1.${keyId}`),
    checkpoints,
    proofNonceSecret: derive('dpop nonces'),
    cookieKeyring: createKeyring([cookies]),
    bequeath: () => ({
      keyId,
      cookies,
      evidence: evidence.export().toString('base64url'),
      checkpoints: String(checkpoints.publicKey.export({ format: 'jwk' }).x),
    }),
  };
}

/** AES-256-GCM; what is bound with the text is the header and the context. */
function sealer(sealing: KeyObject, header: string): Pick<Secret, 'seal' | 'open'> {
  const additional = (context: string) => Buffer.from(`${header}\n${context}`);
  return {
    seal(plaintext, context) {
      const nonce = nextNonce();
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(additional(context));
      const body = Buffer.concat([
        nonce,
        cipher.update(plaintext, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `${header}.${body.toString('base64url')}`;
    },
    open(sealed, context) {
      if (!sealed.startsWith(`${header}.`)) throw new Error('sealed with another key');
      const body = Buffer.from(sealed.slice(header.length + 1), 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', sealing, body.subarray(0, 12), { authTagLength: 16 })
        .setAAD(additional(context))
        .setAuthTag(body.subarray(-16));
      return decipher.update(body.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}

/** The id of the key that a sealed value was made with. */
export function keyIdOf(sealed: string): string {
  return sealed.split('.', 2)[1] ?? '';
}

function equal(a: string, b: string): boolean {
  const [expected, given] = [Buffer.from(a), Buffer.from(b)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

const keyed = (key: KeyObject) => (namespace: string, value: string) =>
  createHmac('sha256', key).update(`${namespace}\n${value}`).digest('base64url');

/** So many are remembered, and as many again; of characters, so many each. */
const remembered = 2000;
const longestRemembered = 128;

/** What is asked for at every request. What links and tickets hold, and secrets of apps, stays in no memory. */
const isAskedAgain = (namespace: string) => namespace.startsWith('artifact ');

/** A session, a grant, a token are looked for again and again: what was hashed lately is not hashed anew. */
function remembering(hash: Secret['hash']): Secret['hash'] {
  const lately = createLately<string>(remembered);
  return (namespace, value) => {
    if (!isAskedAgain(namespace)) return hash(namespace, value);
    const asked = `${namespace}\n${value}`;
    const known = lately.get(asked);
    if (known !== undefined) return known;
    const hashed = hash(namespace, value);
    if (asked.length <= longestRemembered) lately.set(asked, hashed);
    return hashed;
  };
}

/** `Secret.mac` of a secret before. */
export function macWith(key: string): Secret['mac'] {
  return keyed(createSecretKey(Buffer.from(key, 'base64url')));
}

/** `Secret.hash` of the installation whose key this is. */
export function hashWith(key: string): Secret['hash'] {
  return keyed(createSecretKey(Buffer.from(key, 'base64url')));
}

/** What a private key of Ed25519 begins with in PKCS #8 (RFC 8410 section 7): its 32 bytes follow. */
const ed25519Header = Buffer.from('302e020100300506032b657004220420', 'hex');

function createSigner(seed: Buffer): CheckpointSigner {
  const der = Buffer.concat([ed25519Header, seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key);
  return { publicKey, publicKeys: [publicKey], sign: (data) => sign(null, Buffer.from(data), key) };
}

/** The key of a secret before, by which its checkpoints are verified. @param x RFC 8037 section 2 */
export function checkpointKey(x: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** A new installation secret, base64url. */
export function generateRoot(): string {
  return randomBytes(32).toString('base64url');
}

/** 256 random bits, base64url: tokens in links, tickets, proofs. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

const keyCheckContext = 'installation key check';

/** A value to keep in the storage, by which a wrong secret is found before anything is done with it. */
export function makeKeyCheck(secret: Secret): string {
  return secret.seal('latchkey', keyCheckContext);
}

export function keyCheckFits(secret: Secret, keyCheck: string): boolean {
  try {
    return secret.open(keyCheck, keyCheckContext) === 'latchkey';
  } catch {
    return false;
  }
}
