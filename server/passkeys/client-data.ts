import { z } from 'zod';
import { refuse } from './refusal.ts';

const shape = z.object({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.string().optional(),
});

export type ClientData = z.infer<typeof shape>;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the client data (WebAuthn L3 §5.8.1) strictly: UTF-8 with or without a byte order mark (§7.1 step 5 decodes
 * it away), one JSON object, no member twice. Members that are not known are ignored, as the specification asks.
 */
export function decodeClientData(clientDataJSON: string): ClientData {
  try {
    const text = utf8.decode(Buffer.from(clientDataJSON, 'base64url'));
    const parsed: unknown = JSON.parse(text);
    const clientData = shape.parse(parsed);
    const names = Object.keys(parsed as object);
    if (names.length !== countMembers(text) || names.includes('__proto__'))
      throw new SyntaxError('a member occurs twice, or is named __proto__');
    return clientData;
  } catch {
    // Without a cause: the parser's messages quote what they read.
    return refuse('client_data_malformed');
  }
}

/** Members that the outermost object of this valid JSON is written with; parsing keeps one of each name. */
function countMembers(json: string): number {
  let depth = 0;
  let members = 0;
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token === ':' && depth === 1) members += 1;
  }
  return members;
}

/**
 * WebAuthn L3 §7.1 steps 7–11, §7.2 steps 10–14. No page of another site embeds ours, so cross-origin use is refused.
 */
export function checkClientData(
  { type, origin, crossOrigin, topOrigin }: ClientData,
  expected: { type: 'webauthn.create' | 'webauthn.get'; origins: readonly string[] },
): void {
  if (type !== expected.type) refuse('type_mismatch');
  if (!expected.origins.includes(origin)) refuse('origin_not_listed');
  if (crossOrigin || topOrigin !== undefined) refuse('cross_origin');
}
