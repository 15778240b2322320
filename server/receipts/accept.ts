import { z } from 'zod';
import type { ReceiptClaims } from './receipt.ts';
import { type ReceiptVerifier, refusal } from './verifier.ts';

/** A receipt that was verified for the ceremony at hand. */
export interface AcceptedReceipt {
  jws: string;
  claims: ReceiptClaims;
}

/** What the provider gave to the passkey manager to finish a ceremony with. */
export interface Forwarded {
  purpose: string;
  interaction: string;
  /** As the browser sent it. */
  response: { id: string; response: { clientDataJSON: string } };
}

/** What came back. */
export interface Finished {
  receipt: string;
  userHandle: string;
  passkey: { id: string; assurance: ReceiptClaims['assurance'] };
  at: number;
}

/**
 * Nothing that the passkey manager answers is believed without its signature over it, and over what was forwarded.
 * @throws AppError `passkey_rejected`
 */
export async function acceptReceipt(
  receipts: ReceiptVerifier,
  { purpose, interaction, response }: Forwarded,
  { receipt, userHandle, passkey, at }: Finished,
): Promise<AcceptedReceipt> {
  const { challenge, origin } = readClientData(response);
  const { id, assurance } = passkey;
  if (response.id !== id) throw refusal('receipt for another passkey');
  const answered = { userHandle, passkeyId: id, assurance, at };
  const claims = await receipts.verify(receipt, { purpose, interaction, challenge, origin, ...answered });
  return { jws: receipt, claims };
}

/** A byte order mark is decoded away, as the passkey manager does (WebAuthn L3 §7.2 step 9). */
const utf8 = new TextDecoder('utf-8', { fatal: true });
const clientData = z.object({ challenge: z.string(), origin: z.string() });

function readClientData({ response }: Forwarded['response']): z.infer<typeof clientData> {
  try {
    return clientData.parse(JSON.parse(utf8.decode(Buffer.from(response.clientDataJSON, 'base64url'))));
  } catch (cause) {
    throw refusal('receipt for another challenge', cause);
  }
}
