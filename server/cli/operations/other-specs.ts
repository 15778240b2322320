import type { Administration } from '../../admin/operations.ts';
import { noticeLines } from '../logout-notice-lines.ts';
import { instant, table } from '../output.ts';
import type { CommandSpec } from './operation-command.ts';

type Group = Awaited<ReturnType<Administration['groups']['show']>>;
type Keys = Awaited<ReturnType<Administration['keys']['list']>>;
type Rotated = Awaited<ReturnType<Administration['keys']['rotate']>>;
type Findings = Awaited<ReturnType<Administration['system']['examine']>>;

export const otherSpecs: Record<string, CommandSpec> = {
  'groups.list': {
    about: 'all groups, or those that a text finds',
    lines(groups: Group[]) {
      const rows = groups.map(({ name, description = '' }) => [name, description]);
      return table(['name', 'description'], rows, 'There are no groups yet.');
    },
  },
  'groups.add': {
    about: 'make a group',
    positional: ['name'],
    options: { description: ['description', 'what it is for'] },
    lines: ({ name }: Group) => [`Made the group ${name}.`],
  },
  'groups.update': {
    about: 'change the name or the description of a group',
    options: { description: ['description', 'what it is for'] },
    lines: ({ name, description }: Group) => [`The group ${name}: ${description ?? 'no description'}`],
  },
  'groups.remove': {
    about: 'remove a group',
    lines: ({ members }: { members: number }, { group }) => [
      `Removed the group ${group}; ${members} people were in it.`,
    ],
  },
  'groups.addMember': {
    about: 'put a person into a group',
    lines: ({ changed }: { changed: boolean }, { group, user }) => [
      `${user} is ${changed ? 'now' : 'already'} in ${group}.`,
    ],
  },
  'groups.removeMember': {
    about: 'take a person out of a group',
    lines: ({ changed }: { changed: boolean }, { group, user }) => [
      `${user} is ${changed ? 'no longer' : 'not'} in ${group}.`,
    ],
  },
  'logoutNotices.list': {
    command: 'logout-notices',
    about: 'what apps could not be told yet of ended sessions, and what was given up',
    options: { app: ['app', 'of one app, by its client id'] },
    lines: noticeLines,
  },
  'keys.list': {
    command: 'keys list',
    about: 'keys that sign tokens and receipts, and certificates of services',
    lines: ({ signing, receipts, certificates }: Keys) => [
      ...table(
        ['key id', 'algorithm', 'status', 'made', 'signs until', 'published until'],
        signing.map((key) => [
          ...[key.id, key.alg, key.status, instant(key.createdAt)],
          ...[instant(key.changesAt), instant(key.endsAt)],
        ]),
        'There are no signing keys: the first start makes them.',
      ),
      ...(receipts.length > 0 ? ['', ...receiptLines(receipts)] : []),
      ...(certificates.length > 0 ? ['', ...certificateLines(certificates)] : []),
    ],
  },
  'keys.rotate': {
    command: 'keys rotate',
    about: 'let the next keys sign tokens; what was signed before stays valid',
    options: {
      alg: ['alg', 'only the key of this algorithm'],
      urgent: ['urgent', 'also where apps may not know the next key yet'],
    },
    lines: ({ signing }: Rotated) => signing.map(({ id, alg }) => `${alg} is signed with ${id} now.`),
  },
  'system.examine': {
    about: 'let the doctor of the server look for what is wrong',
    lines: ({ findings }: Findings) =>
      findings.flatMap(({ check, state, says, remedy }) => [
        `${(state === 'failed' ? 'FAILED' : state).padEnd(8)}${check}: ${says}`,
        ...(remedy ? [`        ${remedy}`] : []),
      ]),
  },
};

const receiptLines = (receipts: Keys['receipts']) =>
  table(
    ['receipt key', 'status', 'made'],
    receipts.map(({ id, status, createdAt }) => [id, status, instant(createdAt)]),
    '',
  );

const certificateLines = (certificates: Keys['certificates']) =>
  table(
    ['certificate', 'serial number', 'until'],
    certificates.map(({ name, serialNumber, notAfter }) => [name, serialNumber, instant(notAfter)]),
    '',
  );
