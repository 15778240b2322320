import { calculateJwkThumbprint } from 'jose';
import { ConflictError } from '../errors.ts';
import { sealSigningKey } from '../oidc/keys.ts';
import type { CarriedSigningKey } from './content.ts';
import type { Taking } from './taking.ts';

/**
 * So that apps go on verifying what was signed before. It signs nothing where there is a key of its kind here: then it
 * is published beside that one, as a retired one is.
 */
export async function takeSigningKey(taking: Taking, carried: CarriedSigningKey): Promise<void> {
  const { storage, secret, report, store, now } = taking;
  const { id, alg, createdAt, jwk } = carried;
  if ((await calculateJwkThumbprint(jwk)) !== id || !('d' in jwk))
    return report.left({ kind: 'signingKey', item: id, reason: 'malformed', text: 'is no private key' });
  const keys = await storage.signingKeys.list();
  if (keys.some((key) => key.id === id)) return report.count('signingKey', 'present');
  const generation = Math.max(0, ...keys.filter((key) => key.alg === alg).map((key) => key.generation)) + 1;
  const status = generation === 1 ? 'current' : 'retired';
  try {
    if (store)
      await storage.signingKeys.insert({
        id,
        alg,
        generation,
        status,
        sealedJwk: sealSigningKey({ id, jwk }, secret),
        createdAt,
        ...(status === 'current' ? { currentAt: now() } : { retiredAt: now() }),
      });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return takeSigningKey(taking, carried);
  }
  report.count('signingKey', 'added');
}
