import { z } from 'zod';
import { refuse } from './refusal.ts';

/** Base64url without padding, of at most so many bytes: nothing larger is decoded. */
const base64url = (mostBytes: number) =>
  z
    .string()
    .max(Math.ceil((mostBytes * 4) / 3))
    .regex(/^[A-Za-z0-9_-]+$/)
    .refine((text) => text.length % 4 !== 1);

const kilobyte = 1024;
const credentialId = base64url(2 * kilobyte);
const clientDataJSON = base64url(8 * kilobyte);

const registrationShape = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON,
    attestationObject: base64url(64 * kilobyte),
    // Unknown transports are kept: WebAuthn L3 §5.8.4 lets the list grow.
    transports: z
      .array(z.string().regex(/^[a-z0-9-]{1,32}$/))
      .max(16)
      .default([]),
  }),
});

const authenticationShape = z.object({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON,
    authenticatorData: base64url(4 * kilobyte),
    signature: base64url(kilobyte),
    // 1–64 bytes, WebAuthn L3 §5.4.3.
    userHandle: base64url(64).nullish(),
  }),
});

export type RegistrationResponse = z.infer<typeof registrationShape>;
export type AuthenticationResponse = z.infer<typeof authenticationShape>;

/** Only what is read later is kept of a response: no other member reaches any code. */
export const readRegistrationResponse = (value: unknown) => read(registrationShape, value);
export const readAuthenticationResponse = (value: unknown) => read(authenticationShape, value);

function read<T extends { id: string; rawId: string }>(shape: z.ZodType<T>, value: unknown): T {
  try {
    const response = shape.parse(value);
    if (response.id === response.rawId) return response;
  } catch (cause) {
    // Beside its own errors, zod throws a TypeError where JSON has an object with an odd `length` for a string.
    return refuse('response_malformed', { cause });
  }
  return refuse('response_malformed');
}
