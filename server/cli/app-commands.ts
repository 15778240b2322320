import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AppFacts } from '../admin/apps.ts';
import type { NewApp } from '../apps/validation.ts';
import { withAdministration } from './installation.ts';
import { all, instant, leaf, show, table } from './output.ts';
import type { Surroundings } from './surroundings.ts';

const several = (value: string, before: string[] = []) => [...before, value];

interface AddOptions {
  json?: boolean;
  id?: string;
  kind: NewApp['kind'];
  redirect?: string[];
  postLogoutRedirect?: string[];
  scope?: string[];
  auth?: NewApp['tokenEndpointAuthMethod'];
  alg?: NewApp['idTokenSignedResponseAlg'];
  firstParty?: boolean;
  pkceOptional?: boolean;
}

export function addAppCommands(program: Command, surroundings: Surroundings): void {
  const app = program.command('app').description('client applications');
  addCommand(app, surroundings);
  leaf(app, 'list', 'all apps').action(async (options) => {
    const apps = await withAdministration(surroundings, ({ apps }) => all(apps.list));
    const rows = apps.map(({ id, name, kind, redirectUris: [uri] }) => [id, name, kind, uri ?? '–']);
    const lines = table(
      ['client id', 'name', 'kind', 'redirect address'],
      rows,
      'There are no apps yet: `latchkey app add --help` says how to add one.',
    );
    show(surroundings, options, { data: apps, lines });
  });
  leaf(app, 'show <client-id>', 'one app').action(async (id: string, options) => {
    const data = await withAdministration(surroundings, ({ apps }) => apps.show({ id }));
    show(surroundings, options, { data, lines: facts(data) });
  });
  leaf(app, 'remove <client-id>', 'remove an app; what was issued to it ends at once').action(
    async (id: string, options) => {
      const data = await withAdministration(surroundings, ({ apps }) => apps.remove({ id }));
      show(surroundings, options, {
        data,
        lines: [`Removed ${id}. ${data.ended} of its codes, tokens and grants ended.`],
      });
    },
  );
  leaf(app, 'rotate-secret <client-id>', 'make another client secret')
    .option('--previous-hours <hours>', 'how long the one before goes on', hours, 24)
    .action(async (id: string, options: { json?: boolean; previousHours: number }) => {
      const { previousHours } = options;
      const data = await withAdministration(surroundings, ({ apps }) =>
        apps.rotateSecret({ id, previousHours }),
      );
      const lines = [...secretLines(data.secret), `The one before ends in ${previousHours} hours.`];
      show(surroundings, options, { data, lines });
    });
}

function addCommand(app: Command, surroundings: Surroundings): void {
  leaf(app, 'add <name>', 'register an app')
    .addOption(
      new Option(
        '--kind <kind>',
        'web: has a server of its own; browser: runs in the page; native: on a device; machine: nobody signs in',
      )
        .choices(['web', 'browser', 'native', 'machine'])
        .default('web'),
    )
    .option('--redirect <address>', 'where people come back to; repeat for more', several)
    .option(
      '--post-logout-redirect <address>',
      'where people come back to after signing out; repeat for more',
      several,
    )
    .option('--scope <scope>', 'a scope it may ask for; repeat for more (default: all)', several)
    .option('--id <client-id>', 'the client id (default: a random one)')
    .addOption(
      new Option('--auth <method>', 'how it proves itself').choices([
        'client_secret_basic',
        'client_secret_post',
      ]),
    )
    .addOption(
      new Option('--alg <algorithm>', 'what signs its ID tokens (default: ES256)').choices([
        'ES256',
        'RS256',
        'PS256',
      ]),
    )
    .option('--first-party', 'nobody is asked for consent')
    .option('--pkce-optional', 'for a web app without PKCE, which must then send a nonce')
    .action(async (name: string, options: AddOptions) => {
      const data = await withAdministration(surroundings, ({ apps }) => apps.add(newApp(name, options)));
      const { app: added, secret } = data;
      const lines = [`Registered ${added.name}.`, ...facts(added), ...(secret ? secretLines(secret) : [])];
      show(surroundings, options, { data, lines });
    });
}

function newApp(name: string, options: AddOptions): NewApp {
  return {
    name,
    kind: options.kind,
    ...(options.id !== undefined && { id: options.id }),
    ...(options.redirect && { redirectUris: options.redirect }),
    ...(options.postLogoutRedirect && { postLogoutRedirectUris: options.postLogoutRedirect }),
    ...(options.scope && { scopes: options.scope as NonNullable<NewApp['scopes']> }),
    ...(options.auth && { tokenEndpointAuthMethod: options.auth }),
    ...(options.alg && { idTokenSignedResponseAlg: options.alg }),
    ...(options.firstParty && { consent: 'implicit' }),
    ...(options.pkceOptional && { pkce: 'optional' }),
  };
}

function facts(app: AppFacts): string[] {
  const facts: [string, string][] = [
    ['client id', app.id],
    ['name', app.name],
    ['kind', app.kind],
    ['redirect addresses', app.redirectUris.join(' ') || '–'],
    ['after signing out', app.postLogoutRedirectUris.join(' ') || '–'],
    ['scopes', app.scopes.join(' ') || '–'],
    ['consent', app.consent === 'explicit' ? 'people are asked' : 'first-party: nobody is asked'],
    ['PKCE', app.pkce],
    ['proves itself by', app.tokenEndpointAuthMethod],
    ['ID tokens', app.idTokenSignedResponseAlg],
    ...app.secrets.map(({ createdAt, expiresAt }): [string, string] => [
      'secret',
      `of ${instant(createdAt)}${expiresAt === undefined ? '' : `, ends ${instant(expiresAt)}`}`,
    ]),
  ];
  return facts.map(([name, value]) => `  ${name.padEnd(19)}${value}`);
}

function secretLines(secret: string): string[] {
  return [`Client secret: ${secret}`, 'Keep it now: it is stored nowhere and cannot be shown again.'];
}

function hours(value: string): number {
  const number = Number(value);
  if (!/^\d+(\.\d+)?$/.test(value) || number > 8760)
    throw new InvalidArgumentError('It must be 0 to 8760 hours.');
  return number;
}
