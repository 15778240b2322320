import type { Administration } from '../../admin/operations.ts';
import type { PersonFacts } from '../../admin/shapes.ts';
import { instant, table } from '../output.ts';
import type { CommandSpec } from './operation-command.ts';

type Listed<A extends 'sessions' | 'grants' | 'signIns'> = Awaited<
  ReturnType<Administration[A]['list']>
>['items'];
type Passkey = Awaited<ReturnType<Administration['people']['confirmPasskey']>>['passkey'];

const passkeyArguments = { called: { passkeyId: 'passkey-id' } };
const ended = 'sessions, grants and tokens ended.';

const signInColumns = ['at', 'app', 'class', 'passkey id', 'address', 'device'];
const signInRow = (one: Listed<'signIns'>[number]) => [
  ...[instant(one.at), one.appId ?? 'account page', one.acr, one.passkeyId, one.address ?? '–'],
  (one.device ?? '–').slice(0, 40),
];
const signInLines = (signIns: Listed<'signIns'>) =>
  table(signInColumns, signIns.map(signInRow), 'There is no sign-in that is still kept.');

const grantLines = (grants: Listed<'grants'>) =>
  table(
    ['app', 'subject', 'scopes', 'since', 'grant id'],
    grants.map(({ appId, sub, scopes, since, id }) => [appId, sub, scopes.join(' '), instant(since), id]),
    'There is no grant.',
  );

export const peopleSpecs: Record<string, CommandSpec> = {
  'people.add': { options: { attributes: ['attribute', 'a claim of your own, such as department=Sales'] } },
  'people.update': {
    about: 'change what is said of a person; what is not named stays',
    options: {
      administers: ['administers', 'client id of an app that they may administer'],
      attributes: ['attribute', 'a claim of your own, such as department=Sales; name=null takes it away'],
    },
    lines: (account: PersonFacts) => [
      `${account.name} (${account.userName}), ${account.role}, ${account.email ?? 'no e-mail address'}`,
    ],
  },
  'people.disable': {
    about: 'shut a person out: sessions and tokens end at once',
    lines: (data: { ended: number }, { user }) => [`Disabled ${user}. ${data.ended} ${ended}`],
  },
  'people.enable': { about: 'let a person in again', lines: (_, { user }) => [`Enabled ${user}.`] },
  'people.remove': {
    about: 'remove a person with passkeys, sessions and tokens',
    lines: (data: { ended: number }, { user }) => [`Removed ${user}. ${data.ended} ${ended}`],
  },
  'people.confirmPasskey': {
    command: 'user confirm',
    about: 'end the lower assurance of a passkey that came from a recovery',
    ...passkeyArguments,
    lines: ({ passkey }: { passkey: Passkey }, { user }) => [`Confirmed "${passkey.name}" of ${user}.`],
  },
  'people.suspendPasskey': {
    about: 'suspend a passkey: it signs in no more, and its sessions end',
    ...passkeyArguments,
    lines: ({ passkey }: { passkey: Passkey }, { user }) => [`Suspended "${passkey.name}" of ${user}.`],
  },
  'people.activatePasskey': {
    about: 'let a suspended passkey sign in again',
    ...passkeyArguments,
    lines: ({ passkey }: { passkey: Passkey }, { user }) => [`"${passkey.name}" of ${user} signs in again.`],
  },
  'sessions.list': {
    about: 'where a person is signed in, the newest sign-in first',
    lines: (sessions: Listed<'sessions'>) =>
      table(
        ['signed in', 'passkey', 'address', 'until', 'session'],
        sessions.map(({ signIn, passkey, expiresAt, uid }) => [
          ...[instant(signIn?.at), passkey?.name ?? '–', signIn?.address ?? '–', instant(expiresAt), uid],
        ]),
        'They are signed in nowhere.',
      ),
  },
  'sessions.end': {
    about: 'end one session; its apps are told',
    called: { uid: 'session' },
    lines: () => ['Ended.'],
  },
  'sessions.endAll': {
    about: 'end every session and every grant of a person; the apps are told',
    lines: (_, { user }) => [`Ended all that ${user} had.`],
  },
  'sessions.trace': {
    command: 'session trace',
    about: 'which passkey is behind a session, a grant, a sign-in, a token or a code',
    positional: ['value'],
  },
  'grants.list': { about: 'what apps have of a person', lines: grantLines },
  'grants.listByApp': { about: 'what an app has of people', lines: grantLines },
  'grants.end': {
    command: 'grant revoke',
    about: 'end a grant with all tokens that hang on it; the app is told',
    called: { id: 'grant-id' },
    lines: () => ['Ended.'],
  },
  'grants.endByApp': {
    command: 'grant revoke-by-app',
    about: 'end everything that an app has',
    lines: (data: { ended: number }, { app }) => [`Ended all that ${app} had: ${data.ended}.`],
  },
  'signIns.list': { about: 'sign-ins of a person, the newest first', lines: signInLines },
  'signIns.listByApp': { about: 'sign-ins to an app, the newest first', lines: signInLines },
  'signIns.listByPasskey': { about: 'what a passkey signed, the newest first', lines: signInLines },
};
