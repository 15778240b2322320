/** The one table of what may be administered: the API, the console and the command offer what stands here. */
import type { z } from 'zod';
import { apiOperations } from './apis.ts';
import { approvalOperations } from './approvals.ts';
import { appOperations } from './apps.ts';
import { attributeOperations } from './attributes.ts';
import { auditOperations } from './audit-log.ts';
import { policyOperations } from './authenticator-policy.ts';
import { grantOperations } from './grants.ts';
import { groupOperations } from './groups.ts';
import { keyOperations } from './keys.ts';
import { logoutNoticeOperations } from './logout-notices.ts';
import { metadataOperations } from './metadata.ts';
import type { Operation } from './operation.ts';
import { overviewOperations } from './overview.ts';
import { peopleOperations } from './people.ts';
import { registrationTokenOperations } from './registration-tokens.ts';
import { sessionOperations } from './sessions.ts';
import { signInOperations } from './sign-ins.ts';
import { systemOperations } from './system.ts';

export const operations = {
  overview: overviewOperations,
  people: peopleOperations,
  attributes: attributeOperations,
  groups: groupOperations,
  approvals: approvalOperations,
  apps: appOperations,
  registrationTokens: registrationTokenOperations,
  apis: apiOperations,
  sessions: sessionOperations,
  grants: grantOperations,
  signIns: signInOperations,
  policy: policyOperations,
  metadata: metadataOperations,
  logoutNotices: logoutNoticeOperations,
  audit: auditOperations,
  keys: keyOperations,
  system: systemOperations,
} as const;

type Table = typeof operations;

interface Extra {
  onProgress?: (done: number) => void;
}

type Performed<O> =
  O extends Operation<infer I, infer R> ? (input: z.input<I>, extra?: Extra) => Promise<z.output<R>> : never;

/** Everything that may be administered, here or through the API of another process. */
export type Administration = { [A in keyof Table]: { [N in keyof Table[A]]: Performed<Table[A][N]> } };
