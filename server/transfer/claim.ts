import type { AttributeValue } from '../accounts/account.ts';
import { attributeFields } from '../accounts/attribute.ts';

/** Whether a claim of that name may be the installation's own: what standards give a meaning to, nobody's attribute says. */
export function isOwnClaim(name: string): boolean {
  return attributeFields.id.safeParse(name).success;
}

/** A value that is JSON as what it is; what has no type here is `undefined`. */
export function valueOfJson(text: string): AttributeValue | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : text;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  return undefined;
}
