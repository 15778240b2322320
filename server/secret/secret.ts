import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { createKeyring, type Keyring } from './keyring.ts';

/** What keys are derived for: one each, so that no value can be used in another's place. */
type Purpose = 'lookup' | 'seal' | 'cookies' | 'tickets' | 'evidence';

/**
 * The installation secret, as the operations that need it. The keys never leave.
 * Every value made with one carries a version and the key's id, so that keys can rotate later.
 */
export interface Secret {
  /** Names the key: the beginning of a hash of it. */
  readonly keyId: string;
  /** HMAC-SHA-256 of a bearer value, to store and find it by. `namespace` keeps kinds apart. */
  hash(namespace: string, value: string): string;
  /** HMAC-SHA-256 of what a record says, to be found in it later: nobody else writes such a record. */
  mac(namespace: string, value: string): string;
  /** AES-256-GCM. `context` must be the same when it is opened: a sealed value cannot be moved elsewhere. */
  seal(plaintext: string, context: string): string;
  /** @throws Error if it was sealed with another key or context, or was changed */
  open(sealed: string, context: string): string;
  /** Signs cookies. */
  readonly cookieKeyring: Keyring;
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
export function createSecret(root: string): Secret {
  const bytes = Buffer.from(root, 'base64url');
  if (bytes.length < 32) throw new RangeError('the installation secret must have at least 32 bytes');
  const derive = (purpose: Purpose) =>
    Buffer.from(hkdfSync('sha256', bytes, '', `latchkey ${purpose} v1`, 32));
  // Key objects: handing over raw bytes would cost several times as much at every call.
  const lookup = createSecretKey(derive('lookup'));
  const evidence = createSecretKey(derive('evidence'));
  const sealing = createSecretKey(derive('seal'));
  const keyId = createHmac('sha256', sealing).update('key id').digest('base64url').slice(0, 8);
  const header = `v1.${keyId}`;
  const additional = (context: string) => Buffer.from(`${header}\n${context}`);
  const keyed = (key: KeyObject) => (namespace: string, value: string) =>
    createHmac('sha256', key).update(`${namespace}\n${value}`).digest('base64url');
  return {
    keyId,
    hash: keyed(lookup),
    mac: keyed(evidence),
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
    cookieKeyring: createKeyring([derive('cookies').toString('base64url')]),
  };
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
