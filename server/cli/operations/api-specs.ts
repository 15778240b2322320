import type { ApiFacts } from '../../admin/apis.ts';
import { AppError } from '../../errors.ts';
import { table } from '../output.ts';
import type { CommandSpec, Input } from './operation-command.ts';

const options: CommandSpec['options'] = {
  tokenFormat: ['token-format', 'jwt: the API verifies tokens itself; opaque: it asks about them'],
  tokenLifetime: ['token-lifetime', 'seconds that a token lives at most (default: 600)'],
  signingAlg: ['alg', 'what signs its tokens (default: ES256)'],
  introspectedBy: ['introspected-by', 'client id of the API itself, which may ask about its tokens'],
  detailTypes: ['detail-types', 'types of authorization details, each with type, sentence and schema'],
};

const more: CommandSpec['more'] = [
  ['--scope <name=sentence...>', 'a scope, with what people read when they are asked'],
  ['--app <client-id=scopes...>', 'an app, and the scopes that it may ask people for, with commas between'],
  ['--machine <client-id=scopes...>', 'an app, and the scopes that it may have for itself'],
  ['--details <client-id=types...>', 'an app, and the types of details that it may ask people for'],
];

export const apiSpecs: Record<string, CommandSpec> = {
  'apis.list': {
    about: 'APIs that apps get tokens for',
    lines(apis: ApiFacts[]) {
      const rows = apis.map(({ audience, name, scopes, apps, tokenFormat }) => [
        audience,
        name,
        scopes.map((scope) => scope.name).join(' '),
        String(apps.length),
        tokenFormat,
      ]);
      const none = 'There are no APIs: `latchkey api add --help` says how to define one.';
      return table(['audience', 'name', 'scopes', 'apps', 'tokens'], rows, none);
    },
  },
  'apis.show': { about: 'an API, with the apps that may use it', lines: facts },
  'apis.add': {
    about: 'define an API, by its audience',
    positional: ['audience', 'name'],
    options,
    without: ['scopes', 'apps'],
    more,
    inputOf: withLists,
    lines: (api: ApiFacts) => [`Defined ${api.name}.`, ...facts(api)],
  },
  'apis.update': {
    about: 'change an API; what is not named stays, and a list that is named is all of it',
    options,
    without: ['scopes', 'apps'],
    more,
    inputOf: withLists,
    lines: facts,
  },
  'apis.remove': {
    about: 'remove an API: no app gets a token for it any more',
    lines: (_: unknown, { api }) => [`Removed ${api}.`],
  },
};

interface Lists {
  scope?: string[];
  app?: string[];
  machine?: string[];
  details?: string[];
}

function withLists(said: Input, { scope, app, machine, details }: Input & Lists): Input {
  const ids = [app, machine, details].flatMap((each = []) => each.map((one) => pair(one)[0]));
  const listOf = (given: string[] = [], id: string) =>
    given.map(pair).flatMap(([key, text]) => (key === id ? text.split(',').filter(Boolean) : []));
  const apps = [...new Set(ids)].map((id) => {
    const types = listOf(details, id);
    return {
      id,
      people: listOf(app, id),
      machine: listOf(machine, id),
      ...(types.length > 0 && { details: types }),
    };
  });
  const scopes = scope?.map(pair).map(([name, sentence]) => ({ name, sentence }));
  return { ...said, ...(scopes && { scopes }), ...(apps.length > 0 && { apps }) };
}

function pair(given: string): [key: string, text: string] {
  const [, key, text] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
  if (key === undefined || text === undefined)
    throw new AppError('field_invalid', { detail: `${given} must have = between its two parts` });
  return [key, text];
}

function facts(api: ApiFacts): string[] {
  const rows: [string, string][] = [
    ['audience', api.audience],
    ['name', api.name],
    ...api.scopes.map(({ name, sentence }): [string, string] => ['scope', `${name}: ${sentence}`]),
    ['tokens', `${api.tokenFormat === 'jwt' ? `JWT, ${api.signingAlg}` : 'opaque'}, ${api.tokenLifetime} s`],
    ...api.apps.map(({ id, people, machine, details = [] }): [string, string] => [
      'app',
      `${id}: ${[
        ...(people.length > 0 ? [`for people ${people.join(' ')}`] : []),
        ...(machine.length > 0 ? [`for itself ${machine.join(' ')}`] : []),
        ...(details.length > 0 ? [`details ${details.join(' ')}`] : []),
      ].join('; ')}`,
    ]),
    ...api.introspectedBy.map((id): [string, string] => ['asked about by', id]),
    ...(api.detailTypes ?? []).map(({ type, sentence }): [string, string] => [
      'details',
      `${type}: ${sentence}`,
    ]),
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(16)}${value}`);
}
