import { attributesPage } from './console/attributes/pages.ts';
import { groupPage, groupsPage, newGroupPage } from './console/groups/pages.ts';
import { overviewPage } from './console/overview.ts';
import { approvalsPage } from './console/people/approvals.ts';
import { linkMadePage } from './console/people/link-made.ts';
import { peoplePage } from './console/people/list.ts';
import { passkeyPage } from './console/people/passkey.ts';
import { personPage } from './console/people/person.ts';
import { personFormPage } from './console/people/person-form.ts';
import { removePersonPage } from './console/people/remove.ts';
import { searchPage } from './console/search.ts';
import { app, atConsole, day, minute, now, passkey, people, person } from './gallery-console.ts';
import type { Sample } from './gallery-samples.ts';

const ofDays = (values: readonly (readonly [number, number])[]) =>
  values.map((each, index) => ({ at: now - (values.length - 1 - index) * day, values: each }));

const activity = {
  step: 'day' as const,
  points: ofDays([
    [212, 4],
    [240, 2],
    [198, 9],
    [40, 0],
    [31, 1],
    [255, 3],
    [262, 48],
    [248, 5],
    [239, 2],
    [251, 6],
    [38, 0],
    [29, 0],
    [270, 7],
    [143, 2],
  ]),
};

const overview = {
  people: 1284,
  withPasskey: 1190,
  withTwo: 402,
  passkeys: { synced: 1310, deviceBound: 288, unknown: 12 },
  activity,
  models: [
    { label: 'iCloud Keychain', value: 702, url: '/console/metadata/a' },
    { label: 'Google Password Manager', value: 401 },
    { label: 'Windows Hello', value: 207 },
    { label: 'YubiKey 5 Series', value: 198 },
  ],
  due: [
    { kind: 'certificate' as const, name: 'spiffe://example.com/provider', at: now - day },
    {
      kind: 'metadata' as const,
      name: 'https://mds3.fidoalliance.org/',
      at: now + 9 * day,
      url: '/console/metadata',
    },
  ],
};

const [asking, other] = [
  { id: 'p2', name: 'Support Person' },
  { id: 'p3', name: 'Second Person' },
];
const until = { createdAt: now - 40 * minute, expiresAt: now + day };
const approvals = [
  {
    ...{
      id: 'a1',
      person: { id: 'p1', name: 'Sample Person' },
      requestedBy: asking,
      status: 'pending' as const,
    },
    ...until,
    may: { approve: true, refuse: true, handOver: false },
  },
  {
    ...{ id: 'a2', person: { id: 'p4', name: 'Invited Person' }, requestedBy: other, decidedBy: asking },
    ...{ status: 'approved' as const, ...until },
    may: { approve: false, refuse: true, handOver: true },
  },
];

const groupRows = [
  {
    id: 'g1',
    name: 'Editors',
    description: 'They write and publish',
    hasRule: true,
    createdAt: now - 200 * day,
  },
  { id: 'g2', name: 'Berlin office', hasRule: false, createdAt: now - 80 * day },
];

const appRows = [{ id: app.id, name: app.name, kind: app.kind, host: 'notes.example.com' }];

const personFields = { name: '', userName: 'sample.person', role: 'person', groups: [], attributes: '' };

/** People and groups, and what one sees first. */
export const peopleSamples: Readonly<Record<string, Sample>> = {
  'console-overview': (page) => overviewPage(atConsole(page), overview),
  'console-overview-new': (page) =>
    overviewPage(atConsole(page), {
      ...overview,
      people: 1,
      withPasskey: 1,
      withTwo: 0,
      passkeys: { synced: 1, deviceBound: 0, unknown: 0 },
      activity: {
        step: 'day',
        points: ofDays(Array.from({ length: 14 }, (_, index) => [index === 13 ? 1 : 0, 0] as const)),
      },
      models: [],
      due: [],
      first: { connects: true, invites: true },
    }),
  'console-people': (page) =>
    peoplePage(atConsole(page), { people, filters: {}, mayInvite: true, next: 'former' }),
  'console-people-none': (page) =>
    peoplePage(atConsole(page, { role: 'auditor' }), {
      people: [],
      filters: { search: 'zz' },
      mayInvite: false,
      isFurther: true,
    }),
  'console-person': (page) =>
    personPage(atConsole(page), { ...person, notice: { kind: 'success', text: 'Saved.' } }),
  'console-person-invited': (page) =>
    personPage(atConsole(page, { role: 'support', sections: ['overview', 'people', 'groups', 'sessions'] }), {
      ...person,
      person: { ...person.person, groups: [], attributes: [], administers: [], role: 'person' },
      passkeys: [],
      sessions: [],
      apps: [],
      events: [],
      may: { change: false, disable: true, recover: true, remove: false, endSessions: true },
    }),
  'console-passkey': (page) => passkeyPage(atConsole(page), passkey),
  'console-invite': (page) =>
    personFormPage(atConsole(page), {
      fields: personFields,
      groups: groupRows,
      roles: ['person', 'support', 'auditor', 'administrator'],
      sendsMail: false,
      problems: { userName: 'This user name is already taken. Please choose another one.' },
    }),
  'console-person-edit': (page) =>
    personFormPage(atConsole(page), {
      person: { id: 'p1', name: 'Sample Person', revision: 4 },
      fields: {
        ...personFields,
        name: 'Sample Person',
        groups: ['g1'],
        attributes: 'department = "Research"',
      },
      groups: groupRows,
      roles: ['person', 'support'],
      sendsMail: true,
      problems: {},
    }),
  'console-link': (page) =>
    linkMadePage(atConsole(page), {
      person: { id: 'p4', name: 'Invited Person' },
      purpose: 'invitation',
      url: 'https://login.example.com/invitation?token=WmVyb29uZXR3b3RocmVlZm91cmZpdmVzaXhzZXZlbmU',
      expiresAt: now + day,
      mail: { state: 'off' },
    }),
  'console-approvals': (page) => approvalsPage(atConsole(page), { approvals }),
  'console-approvals-none': (page) => approvalsPage(atConsole(page), { approvals: [] }),
  'console-person-remove': (page) =>
    removePersonPage(atConsole(page), {
      person: { id: 'p1', name: 'Sample Person', userName: 'sample.person', revision: 4 },
      ends: { sessions: 2, apps: 2, passkeys: 2 },
      problems: {},
    }),
  'console-attributes': (page) =>
    attributesPage(atConsole(page), {
      attributes: [
        { id: 'department', label: 'Department', type: 'string', description: 'As in the directory' },
        { id: 'sites', label: 'Sites', type: 'strings' },
      ],
      fields: {},
      mayChange: true,
      problems: { id: 'Is a claim that standards give a meaning to.' },
    }),
  'console-groups': (page) => groupsPage(atConsole(page), { groups: groupRows, mayChange: true }),
  'console-groups-none': (page) => groupsPage(atConsole(page), { groups: [], mayChange: true }),
  'console-group': (page) =>
    groupPage(atConsole(page), {
      group: { ...(groupRows[0] as (typeof groupRows)[number]), revision: 2 },
      members: people.slice(0, 2),
      apps: [{ id: app.id, name: app.name }],
      mayChange: true,
      problems: {},
    }),
  'console-group-new': (page) => newGroupPage(atConsole(page), { fields: {}, problems: {} }),
  'console-search': (page) =>
    searchPage(atConsole(page), {
      text: 'sample',
      people: people.slice(0, 1),
      apps: appRows.slice(0, 1),
      others: [],
    }),
};
