import { isoCBOR } from '@simplewebauthn/server/helpers';
import { z } from 'zod';

/** One to three of [user verification method, key protection, matcher protection], each a number of 32 bits. */
const entries = z
  .array(z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)]))
  .min(1)
  .max(3);

/**
 * The methods in the `uvm` extension output (WebAuthn L2 §10.3) of authenticator data, which the signature covers.
 * Anything else that stands there under that name is nobody's fault and says nothing.
 * @param extensions the CBOR map that was checked, or nothing
 */
export function uvmOf(extensions: Uint8Array): readonly number[] | undefined {
  if (extensions.length === 0) return undefined;
  try {
    const outputs: unknown = isoCBOR.decodeFirst(new Uint8Array(extensions));
    const read = entries.safeParse(outputs instanceof Map ? outputs.get('uvm') : undefined);
    return read.success ? read.data.map(([method]) => method) : undefined;
  } catch {
    return undefined;
  }
}
