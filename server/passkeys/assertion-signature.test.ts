import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import { cose, isoBase64URL, verifySignature } from '@simplewebauthn/server/helpers';
import fc from 'fast-check';
import { encodeCbor } from '../testing/authenticator-cbor.ts';
import {
  type AlgorithmName,
  algorithms,
  coseKey,
  generateKeyPair,
  signWith,
} from '../testing/authenticator-keys.ts';
import { checkSignature } from './assertion-signature.ts';

const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((values) => Buffer.from(values));
/** Which part is changed, where, and into what. */
const change = fc.tuple(
  fc.constantFrom('nothing', 'authenticatorData', 'clientDataJSON', 'signature'),
  fc.nat(),
  fc.integer({ min: 1, max: 255 }),
);

describe('the signature of an assertion', () => {
  for (const algorithm of Object.keys(algorithms) as AlgorithmName[])
    it(`W17 is found right and wrong as another implementation finds it (${algorithm})`, async () => {
      const { publicKey, privateKey } = generateKeyPair(algorithm);
      const key = Buffer.from(encodeCbor(coseKey(algorithm, publicKey)));
      const passkey = {
        publicKey: isoBase64URL.fromBuffer(new Uint8Array(key)),
        algorithm: algorithms[algorithm],
      };
      await fc.assert(
        fc.asyncProperty(bytes, bytes, change, async (authenticatorData, clientDataJSON, [part, at, by]) => {
          const signature = signWith(
            algorithm,
            privateKey,
            Buffer.concat([authenticatorData, hash('sha256', clientDataJSON, 'buffer')]),
          );
          const parts = { authenticatorData, clientDataJSON, signature };
          const changed = part === 'nothing' ? undefined : parts[part as keyof typeof parts];
          if (changed) changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ by;
          const isRight = passes(passkey, parts);
          assert.equal(isRight, part === 'nothing');
          // The other reads the frame of an ES256 signature as BER: of what is no DER it may accept more, never less.
          const isLaxer = algorithm === 'ES256' && part === 'signature';
          assert.equal((await byLibrary(key, parts)) && !(isLaxer && !isRight), isRight);
        }),
        { numRuns: 150 },
      );
    });
});

type Parts = Parameters<typeof checkSignature>[1];

function passes(passkey: Parameters<typeof checkSignature>[0], parts: Parts): boolean {
  try {
    checkSignature(passkey, parts);
    return true;
  } catch {
    return false;
  }
}

async function byLibrary(
  key: Buffer,
  { authenticatorData, clientDataJSON, signature }: Parts,
): Promise<boolean> {
  const data = Buffer.concat([authenticatorData, hash('sha256', clientDataJSON, 'buffer')]);
  try {
    return await verifySignature({
      signature: new Uint8Array(signature),
      data: new Uint8Array(data),
      credentialPublicKey: new Uint8Array(key),
      hashAlgorithm: cose.COSEALG.ES256,
    });
  } catch {
    return false;
  }
}
