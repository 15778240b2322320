import { accountAppsSchema } from './account-apps-schema.ts';
import { accountEmailSchema } from './account-email-schema.ts';
import { apisSchema } from './apis-schema.ts';
import { appOriginsSchema } from './app-origins-schema.ts';
import { appRefusalsSchema } from './app-refusals-schema.ts';
import { approvalsSchema } from './approvals-schema.ts';
import { attributeDefinitionsSchema } from './attribute-definitions-schema.ts';
import { auditEventsSchema } from './audit-events-schema.ts';
import { auditSchema } from './audit-schema.ts';
import { figuresSchema } from './figures-schema.ts';
import { initialAccessTokensSchema } from './initial-access-tokens-schema.ts';
import { outgoingMailsSchema } from './outgoing-mails-schema.ts';
import { resealSchema } from './reseal-schema.ts';
import { searchSchema } from './search-schema.ts';
import { sessionListsSchema } from './session-lists-schema.ts';

/** What administrators work with: one constant a noun, joined at the end. */
export const administrationSchema = [
  auditEventsSchema,
  figuresSchema,
  auditSchema,
  searchSchema,
  sessionListsSchema,
  approvalsSchema,
  initialAccessTokensSchema,
  outgoingMailsSchema,
  appRefusalsSchema,
  appOriginsSchema,
  attributeDefinitionsSchema,
  resealSchema,
  accountEmailSchema,
  accountAppsSchema,
  apisSchema,
].join('\n');
