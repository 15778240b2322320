/** What the provider writes down about a receipt, so that it is known later who wrote it. */
import type { Secret } from '../secret/secret.ts';

/** Keyed with the installation secret: who has the storage alone cannot make one. */
export type Mac = Secret['mac'];

/** Whether it was made here, with this secret or one before. */
export type IsMac = Secret['isMac'];

export interface Evidence {
  /** `sign-in`, or the type of the audit event. */
  kind: string;
  /** The `jti`. */
  receipt: string;
  /** Absent where nobody was found. */
  accountId?: string | undefined;
  passkeyId: string;
  userHandle: string;
  /** When the ceremony was verified, where the record says so. */
  at?: number;
}

const namespace = 'evidence';

export function macOf(mac: Mac, evidence: Evidence): string {
  return mac(namespace, textOf(evidence));
}

/** Whether the provider wrote it so. */
export function isMacOf(isMac: IsMac, evidence: Evidence, given: unknown): boolean {
  return typeof given === 'string' && isMac(namespace, textOf(evidence), given);
}

function textOf({ kind, receipt, accountId = '', passkeyId, userHandle, at = 0 }: Evidence): string {
  return JSON.stringify([kind, receipt, accountId, passkeyId, userHandle, at]);
}

/** What an audit event of this kind says of the receipt that it is about. */
export function receiptDetails(
  mac: Mac,
  { kind, accountId, claims }: Pick<Evidence, 'kind' | 'accountId'> & { claims: Claims },
): { receipt: string; mac: string } {
  const { jti: receipt, passkeyId, userHandle } = claims;
  return { receipt, mac: macOf(mac, { kind, receipt, accountId, passkeyId, userHandle }) };
}

interface Claims {
  jti: string;
  passkeyId: string;
  userHandle: string;
}
