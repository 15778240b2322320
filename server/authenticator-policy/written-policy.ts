/** The whole policy as an administrator writes it: one file for the installation, its groups and its apps. */
import { z } from 'zod';
import { type AuthenticatorRule, checked, writtenRuleSchema } from './rule.ts';

/** What a file says. A part that is left out stays as it is; in a part that is there, what is not named has no rule. */
export interface WrittenPolicy {
  installation?: AuthenticatorRule | undefined;
  /** By name or id. */
  groups?: Record<string, AuthenticatorRule> | undefined;
  /** By client id. */
  apps?: Record<string, AuthenticatorRule> | undefined;
}

const name = z.string().min(1).max(200);
export const writtenPolicySchema = z.strictObject({
  installation: writtenRuleSchema.optional(),
  groups: z.record(name, writtenRuleSchema).optional(),
  apps: z.record(name, writtenRuleSchema).optional(),
});

/** @throws AppError `field_invalid`, naming the field: `groups.Engineering.keyProtection` */
export function readPolicy(input: unknown): WrittenPolicy {
  return checked(writtenPolicySchema, input, 'policy');
}

/** A rule as a file has it: what is written can be read again. */
export function writtenRule({ effectiveFrom, ...rule }: AuthenticatorRule): Record<string, unknown> {
  return effectiveFrom === undefined
    ? rule
    : { ...rule, effectiveFrom: new Date(effectiveFrom).toISOString() };
}
