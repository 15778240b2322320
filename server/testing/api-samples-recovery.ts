import type { Approval } from '../storage.ts';
import type { Office } from './api-office.ts';
import type { Sample } from './api-samples.ts';

const other = { user: 'other' };
const notFound = { input: () => ({ user: 'nobody-at-all' }) };
const anApproval = { input: () => ({ id: 'approval-1' }) };
const noApproval = { input: () => ({ id: 'no-approval' }) };
const disabled = (office: Office) => office.machine.people.disable(other);
const closeSignUp = async (office: Office) => {
  office.dependencies.signUp = 'closed';
};
const withoutPasskey = (office: Office) => office.storage.passkeys.remove('key-of-other');

const approval =
  (requestedBy: 'administrator' | 'support', fields: Partial<Approval> = {}) =>
  async ({ storage, people, now }: Office) =>
    storage.approvals.insert({
      id: 'approval-1',
      kind: 'recovery',
      accountId: people.other.id,
      requestedBy: people[requestedBy].id,
      status: 'pending',
      createdAt: now(),
      expiresAt: now() + 60_000,
      revision: 1,
      ...fields,
    });
const approved = (office: Office) =>
  approval('administrator', { status: 'approved', decidedBy: office.people.support.id })(office);

export const recoverySamples: Record<string, Sample> = {
  'people.add': {
    input: () => ({ userName: 'later', email: 'later@example.com' }),
    errors: {
      not_found: { input: () => ({ userName: 'later', groups: ['nobody'] }) },
      user_name_taken: { input: () => ({ userName: 'OTHER' }) },
    },
  },
  'people.resendInvitation': {
    prepare: withoutPasskey,
    input: () => other,
    errors: {
      not_found: notFound,
      account_disabled: { prepare: disabled, input: () => other },
      sign_up_closed: {
        prepare: async (office) => {
          await closeSignUp(office);
          await withoutPasskey(office);
        },
        input: () => other,
      },
      conflict: { input: () => other },
    },
  },
  'people.recover': {
    input: () => other,
    errors: {
      not_found: notFound,
      account_disabled: { prepare: disabled, input: () => other },
      sign_up_closed: {
        prepare: async (office) => {
          await closeSignUp(office);
          await withoutPasskey(office);
        },
        input: () => other,
      },
      second_person_needed: {
        prepare: (office) => office.machine.people.disable({ user: 'support' }),
        input: () => other,
      },
    },
  },
  'people.export': { input: () => other, errors: { not_found: notFound } },
  'approvals.list': { prepare: approval('support') },
  'approvals.approve': {
    prepare: approval('support'),
    ...anApproval,
    errors: { not_found: noApproval, conflict: { prepare: approved, ...anApproval } },
  },
  'approvals.refuse': {
    prepare: approval('support'),
    ...anApproval,
    errors: {
      not_found: noApproval,
      conflict: { prepare: approval('support', { status: 'done' }), ...anApproval },
    },
  },
  'approvals.handOver': {
    prepare: approved,
    ...anApproval,
    errors: {
      not_found: noApproval,
      conflict: { prepare: approval('administrator'), ...anApproval },
      account_disabled: {
        prepare: async (office) => {
          await disabled(office);
          await approved(office);
        },
        ...anApproval,
      },
    },
  },
};
