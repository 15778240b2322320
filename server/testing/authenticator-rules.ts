/** Any rule, and any passkey to hold against it: few values, so that they meet. */
import fc from 'fast-check';
import type { JudgedPasskey } from '../authenticator-policy/judge.ts';
import {
  certifications,
  checked,
  keyProtections,
  type NamedRule,
  ruleSchema,
} from '../authenticator-policy/rule.ts';
import { attestationResults } from '../receipts/authenticator-facts.ts';

export const models = {
  key: '2fc0579f-8113-47ea-b116-bb5a8db9202a',
  phone: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd',
  none: '00000000-0000-0000-0000-000000000000',
} as const;
const aaguid = fc.constantFrom(...Object.values(models));
const vendor = fc.constantFrom('Yubico AB', 'Apple Inc.', 'Acme');
const status = fc.constantFrom('REVOKED', 'USER_VERIFICATION_BYPASS', 'UPDATE_AVAILABLE');
const time = fc.integer({ min: 0, max: 4 });
const some = <T>(member: fc.Arbitrary<T>) => fc.array(member, { minLength: 1, maxLength: 3 });

const rule = fc
  .record(
    {
      attestation: fc.constantFrom('none', 'indirect', 'direct'),
      enterprise: fc.boolean(),
      allowedModels: some(aaguid),
      deniedModels: fc.array(aaguid, { maxLength: 2 }),
      leastCertification: fc.constantFrom(...certifications),
      keyProtection: some(fc.constantFrom(...keyProtections)),
      deviceBound: fc.boolean(),
      attestationVerified: fc.boolean(),
      vendors: some(vendor),
      refusedStatuses: fc.array(status, { maxLength: 3 }),
      leastPasskeys: fc.integer({ min: 1, max: 4 }),
      effectiveFrom: time,
      olderPasskeys: fc.constantFrom('accept', 'refuse'),
    },
    { requiredKeys: [] },
  )
  .map((input) => checked(ruleSchema, input));

export const anyNamedRule: fc.Arbitrary<NamedRule> = fc.record({
  name: fc.constantFrom('the installation', 'the group A', 'the group B', 'the app C'),
  rule,
});

export const anyPasskey: fc.Arbitrary<JudgedPasskey> = fc.record(
  {
    aaguid,
    backupEligible: fc.boolean(),
    authenticator: fc.record(
      {
        attestation: fc.constantFrom(...attestationResults),
        vendor,
        keyProtection: fc.array(fc.constantFrom(...keyProtections), { maxLength: 2 }),
        statuses: fc.array(fc.oneof(status, fc.constantFrom(...certifications)), { maxLength: 2 }),
        metadata: fc.record({ no: fc.nat(), isCurrent: fc.boolean() }),
      },
      { requiredKeys: ['attestation', 'keyProtection', 'statuses'] },
    ),
    registeredAt: time,
  },
  { requiredKeys: ['aaguid'] },
);
