import { z } from 'zod';
import type { CarriedPasskey } from '../../passkeys/carried-passkey.ts';

const credentialData = z.object({
  aaguid: z.string().optional(),
  /** Standard base64. */
  credentialId: z.string(),
  counter: z.int().min(0).default(0),
  /** COSE_Key, base64url. */
  credentialPublicKey: z.string(),
  transports: z.array(z.string()).nullish(),
});

interface StoredCredential {
  userLabel?: string | undefined;
  createdDate?: number | undefined;
  credentialData: string;
}

/** Keycloak keeps no backup flags: they are learned at the first use. `undefined` for what cannot be read. */
export function passkeyOf(
  { userLabel, createdDate, credentialData: stored }: StoredCredential,
  place: Pick<CarriedPasskey, 'userHandle' | 'rpId'>,
): CarriedPasskey | undefined {
  const { data } = credentialData.safeParse(parsed(stored));
  if (!data) return undefined;
  return {
    id: Buffer.from(data.credentialId, 'base64').toString('base64url'),
    publicKey: Buffer.from(data.credentialPublicKey, 'base64url').toString('base64url'),
    ...place,
    transports: data.transports ?? [],
    name: userLabel ?? 'Passkey',
    createdAt: createdDate ?? 0,
    ...(data.aaguid && { aaguid: data.aaguid }),
    counter: data.counter,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
