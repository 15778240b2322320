/** For every operation of the API a request that succeeds, and one for each error that it announces. */
import { apiScopes } from '../apps/api-scopes.ts';
import type { ErrorCode } from '../errors.ts';
import type { Office } from './api-office.ts';
import { apisSamples } from './api-samples-apis.ts';
import { recoverySamples } from './api-samples-recovery.ts';

export interface Sample {
  /** What is to be there first. */
  prepare?: (office: Office) => Promise<unknown>;
  /** Whose token; the administrator's if it is not said. */
  as?: string;
  /** Fields of the input. */
  input?: (office: Office) => object;
  errors?: Partial<Record<ErrorCode, Omit<Sample, 'errors' | 'races'>>>;
  /** Errors that only others who act at the same moment cause: tests of their own show them. */
  races?: readonly ErrorCode[];
}

/** An app that may do all that there is. */
const everything = `app~${apiScopes.join('~').replaceAll(':', '.')}`;
const nobody = { user: 'nobody-at-all' };
const other = { user: 'other' };
const key = (office: Office) => ({ ...other, passkeyId: `key-of-${office.people.other.userName}` });
const notFound = { input: () => nobody };
const stale = (input: object) => ({ input: () => ({ ...input, revision: 99 }) });
const lastAdministrator = { input: () => ({ user: 'administrator' }) };
const noApp = { input: () => ({ id: 'no-app' }) };
const closeSignUp = async (office: Office) => {
  office.dependencies.signUp = 'closed';
};
const newWebApp = { name: 'New', kind: 'web', redirectUris: ['https://new.example.com/cb'] };
const registrationToken = { id: 'agents' };
const giveRegistrationToken = ({ dependencies: { storage, now } }: Office) =>
  storage.initialAccessTokens.insert({
    ...registrationToken,
    name: 'Agents',
    hash: '',
    policy: { kinds: ['web'], scopes: ['openid'] },
    usesLeft: 1,
    createdAt: now(),
    expiresAt: now() + 60_000,
    revision: 1,
  });
const giveAttribute = (office: Office) =>
  office.machine.attributes.add({ id: 'floor', label: 'Floor', type: 'number' });
const disabled = (office: Office) => office.machine.people.disable(other);

export const apiSamples: Record<string, Sample> = {
  'people.list': { input: () => ({ text: 'oth' }) },
  'people.show': { input: () => other, errors: { not_found: notFound } },
  'people.invite': {
    input: () => ({ userName: 'new', role: 'person' }),
    errors: {
      not_found: { input: () => ({ userName: 'new', groups: ['nobody'] }) },
      user_name_taken: { input: () => ({ userName: 'OTHER' }) },
      sign_up_closed: { prepare: closeSignUp, input: () => ({ userName: 'new' }) },
    },
  },
  'people.update': {
    input: () => ({ ...other, name: 'Other Name', revision: 1 }),
    errors: {
      not_found: notFound,
      conflict: stale({ ...other, name: 'x' }),
      user_name_taken: { input: () => ({ ...other, userName: 'auditor' }) },
      last_administrator: {
        as: everything,
        input: () => ({ user: 'administrator', role: 'person' }),
      },
    },
  },
  ...recoverySamples,
  'people.disable': {
    input: () => other,
    errors: { not_found: notFound, last_administrator: lastAdministrator },
    races: ['conflict'],
  },
  'people.enable': {
    prepare: disabled,
    input: () => other,
    errors: { not_found: notFound },
    races: ['conflict'],
  },
  'people.remove': {
    input: () => other,
    errors: { not_found: notFound, last_administrator: lastAdministrator },
    races: ['conflict'],
  },
  ...Object.fromEntries(
    ['confirmPasskey', 'suspendPasskey', 'activatePasskey'].map((name): [string, Sample] => [
      `people.${name}`,
      {
        input: key,
        errors: {
          not_found: { input: (office) => ({ ...key(office), ...nobody }) },
          passkey_not_found: { input: () => ({ ...other, passkeyId: 'none' }) },
        },
      },
    ]),
  ),
  'overview.show': {},
  'attributes.list': { prepare: giveAttribute },
  'attributes.add': { input: () => ({ id: 'cost_centre', label: 'Cost centre', type: 'number' }) },
  'attributes.update': {
    prepare: giveAttribute,
    input: () => ({ id: 'floor', label: 'Storey', revision: 1 }),
    errors: {
      not_found: { input: () => ({ id: 'none', label: 'x' }) },
      conflict: { prepare: giveAttribute, ...stale({ id: 'floor', label: 'Storey' }) },
    },
  },
  'attributes.remove': {
    prepare: giveAttribute,
    input: () => ({ id: 'floor' }),
    errors: { not_found: { input: () => ({ id: 'none' }) } },
  },
  'groups.list': {},
  'groups.show': {
    input: () => ({ group: 'Editors' }),
    errors: { not_found: { input: () => ({ group: 'x' }) } },
  },
  'groups.add': { input: () => ({ name: 'Readers', description: 'They read.' }) },
  'groups.update': {
    input: () => ({ group: 'Editors', description: 'They edit.', revision: 1 }),
    errors: {
      not_found: { input: () => ({ group: 'x', name: 'y' }) },
      conflict: stale({ group: 'Editors', name: 'Authors' }),
    },
  },
  'groups.remove': {
    input: () => ({ group: 'Editors' }),
    errors: { not_found: { input: () => ({ group: 'x' }) } },
  },
  'groups.listMembers': {
    input: () => ({ group: 'Editors' }),
    errors: { not_found: { input: () => ({ group: 'x' }) } },
  },
  ...Object.fromEntries(
    ['addMember', 'removeMember'].map((name): [string, Sample] => [
      `groups.${name}`,
      {
        input: () => ({ group: 'Editors', ...other }),
        errors: { not_found: { input: () => ({ group: 'Editors', ...nobody }) } },
      },
    ]),
  ),
  'apps.list': {},
  'apps.show': { input: () => ({ id: 'wiki' }), errors: { not_found: noApp } },
  'apps.guides': { input: () => ({ id: 'wiki' }), errors: { not_found: noApp } },
  'registrationTokens.list': {},
  'registrationTokens.add': { input: () => ({ name: 'Agents', uses: 2 }) },
  'registrationTokens.remove': {
    prepare: giveRegistrationToken,
    input: () => registrationToken,
    errors: { not_found: { input: () => ({ id: 'none' }) } },
  },
  'audit.list': { input: () => ({ type: 'sign_in.failed' }) },
  'apps.refusals': { input: () => ({ id: 'wiki' }), errors: { not_found: noApp } },
  'apps.add': {
    input: () => newWebApp,
    errors: { not_found: { input: () => ({ ...newWebApp, allowedGroups: ['no-group'] }) } },
  },
  'apps.update': {
    input: () => ({ id: 'wiki', name: 'The wiki', revision: 1 }),
    errors: { not_found: noApp, conflict: stale({ id: 'wiki', name: 'x' }) },
  },
  'apps.remove': { input: () => ({ id: 'wiki' }), errors: { not_found: noApp } },
  'apps.rotateSecret': {
    input: () => ({ id: 'wiki', previousHours: 1 }),
    errors: { not_found: noApp, conflict: stale({ id: 'wiki' }) },
  },
  'apps.removeSecret': {
    input: (office) => ({ id: 'wiki', secretId: office.secretId }),
    errors: { not_found: { input: () => ({ id: 'wiki', secretId: 'x' }) } },
    races: ['conflict'],
  },
  ...apisSamples,
  'sessions.list': { input: () => other, errors: { not_found: notFound } },
  'sessions.end': {
    prepare: (office) => office.giveSession('other'),
    input: () => ({ ...other, uid: 'session-of-other' }),
    errors: { not_found: { input: () => ({ ...other, uid: 'x' }) } },
  },
  'sessions.endAll': { input: () => other, errors: { not_found: notFound } },
  'sessions.trace': {
    prepare: (office) => office.giveSession('other'),
    input: () => ({ value: 'session-of-other' }),
    errors: { not_found: { input: () => ({ value: 'x' }) } },
  },
  'grants.list': { input: () => other, errors: { not_found: notFound } },
  'grants.listByApp': { input: () => ({ app: 'wiki' }) },
  'grants.end': {
    prepare: (office) => office.giveGrant('other'),
    input: () => ({ ...other, id: 'grant-of-other' }),
    errors: { not_found: { input: () => ({ ...other, id: 'x' }) } },
  },
  'grants.endByApp': { input: () => ({ app: 'wiki' }) },
  'signIns.list': { input: () => other, errors: { not_found: notFound } },
  'signIns.listByApp': { input: () => ({ app: 'wiki' }) },
  'signIns.listByPasskey': { input: () => ({ passkeyId: 'key-of-other' }) },
  'policy.show': {},
  'policy.check': {
    input: () => ({ policy: { installation: { leastPasskeys: 2 } } }),
    errors: {
      not_found: { input: () => ({ policy: { groups: { x: {} } } }) },
      rules_contradict: {
        input: () => ({ policy: { installation: { vendors: ['A'] }, apps: { wiki: { vendors: ['B'] } } } }),
      },
    },
  },
  'policy.apply': {
    input: () => ({ policy: { installation: { leastPasskeys: 2 } } }),
    errors: {
      not_found: { input: () => ({ policy: { groups: { x: {} } } }) },
      rules_contradict: {
        input: () => ({ policy: { installation: { vendors: ['A'] }, apps: { wiki: { vendors: ['B'] } } } }),
      },
      no_administrator_left: {
        input: () => ({ policy: { installation: { deviceBound: true } }, meant: true }),
      },
      conflict: { input: () => ({ policy: { apps: { wiki: { deviceBound: true } } } }) },
    },
  },
  'keys.list': {},
  'keys.rotate': {
    prepare: (office) => office.machine.keys.rotate({ urgent: true }),
    input: () => ({ urgent: true }),
    errors: { next_key_unknown: {} },
  },
  'system.show': {},
  'system.examine': {},
  'metadata.status': {},
  'metadata.refresh': {},
  'metadata.search': { input: () => ({ text: 'key', limit: 5 }) },
  'metadata.show': {
    input: () => ({ aaguid: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd' }),
    errors: { not_found: { input: () => ({ aaguid: 'fbfc3007-154e-4ecc-8c0b-6e020557d7be' }) } },
  },
  'metadata.affected': {},
  'logoutNotices.list': { errors: { not_found: { input: () => ({ app: 'no-app' }) } } },
};
