import type { AuthenticatorRule } from '../authenticator-policy/rule.ts';

/** What the installation asks of every passkey, at registration and at each use. There is one, or none yet. */
export interface AuthenticatorFloor {
  id: 'floor';
  rule: AuthenticatorRule;
  updatedAt: number;
  revision: number;
}

export interface AuthenticatorFloorRepository {
  find(): Promise<AuthenticatorFloor | undefined>;
  /** @throws ConflictError with field `id` where there is one */
  insert(floor: AuthenticatorFloor): Promise<void>;
  /** Compare-and-set on `revision`; tells whether it did. */
  update(floor: AuthenticatorFloor, expectedRevision: number): Promise<boolean>;
}
