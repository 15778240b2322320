import { generateKeyPairSync } from 'node:crypto';
import type { Passkey } from './passkey.ts';

type Verifiable = Pick<Passkey, 'id' | 'publicKey' | 'algorithm' | 'counter' | 'backupEligible'>;

let key: string | undefined;

/**
 * Stands in for a passkey that nobody has: an answer for it is verified like any other, and fails, so that its time
 * does not tell whether the passkey exists (ASVS 5.0 6.3.8).
 */
export function decoyOf(id: string): Verifiable {
  key ??= coseKeyOfNobody();
  return { id, publicKey: key, algorithm: -7, counter: 0 };
}

/** COSE_Key of a P-256 key whose private part is forgotten (RFC 9053 §7.1.1). */
function coseKeyOfNobody(): string {
  const { x = '', y = '' } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
    format: 'jwk',
  });
  const coordinates = [x, y].map((coordinate) => Buffer.from(coordinate, 'base64url').toString('hex'));
  return Buffer.from(`a5010203262001215820${coordinates[0]}225820${coordinates[1]}`, 'hex').toString(
    'base64url',
  );
}
