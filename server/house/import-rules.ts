import type { Import, Source, Violation } from './source.ts';

/**
 * Which rooms a room may call. Types of other rooms (their records and ports) are free for all, except for the rooms
 * that must stand alone.
 */
const calls: Record<string, readonly string[]> = {
  accounts: ['apps', 'receipts'],
  admin: ['accounts', 'apps', 'enrolment', 'groups', 'sign-ins'],
  apps: [],
  architecture: ['passkeys', 'service-identity'],
  audit: [],
  certificates: ['service-identity'],
  cli: [
    'admin',
    'architecture',
    'audit',
    'certificates',
    'config',
    'open-passkeys',
    'passkeys',
    'receipts',
    'secret',
    'service-identity',
    'sign-ins',
    'storage',
  ],
  config: ['setting-readers', 'settings'],
  enrolment: ['accounts', 'receipts', 'sign-ins'],
  'fido-metadata': [],
  groups: [],
  home: [],
  http: ['views'],
  log: ['log-output'],
  interactions: ['accounts', 'apps', 'oidc', 'passkeys', 'receipts', 'sign-ins'],
  oidc: ['accounts', 'apps', 'http', 'sign-ins', 'views'],
  passkeys: ['fido-metadata', 'receipts', 'secret'],
  receipts: ['secret'],
  secret: [],
  'service-identity': [],
  'setting-readers': [],
  settings: ['setting-readers'],
  'sign-ins': ['passkeys', 'receipts'],
  storage: [],
  views: [],
};

/** What every room may call. */
const everywhere = ['errors', 'log', 'make-folder'];

/** What a file that meets koa may call beside: whoever is signed in is told by `oidc`, links are kept by `enrolment`. */
const routesCall = ['http', 'views', 'oidc', 'accounts', 'enrolment', 'apps'];

/** Rooms that are moved or replaced as a whole, with all that they may know, types too. */
const standalone: Record<string, readonly string[]> = {
  adapters: ['storage', 'make-folder'],
  demo: [],
  'fido-metadata': ['errors', 'log'],
  http: ['errors', 'log', 'views', 'secret'],
  passkeys: ['errors', 'log', 'fido-metadata', 'receipts', 'secret', 'service-identity', 'setting-readers'],
  receipts: ['errors', 'secret'],
  'service-identity': ['errors', 'log'],
  views: [],
};

/** Files that put the rooms together, and may import every one of them. */
const wiring =
  /(^|\/)main\.ts$|^server\/(rooms|chores|docs|open-passkeys|start-process|demo-starter|greet)\.ts$/;

/** Packages that only some places may use, as values. `routes` are the files of that name. */
const packages: Record<string, readonly string[]> = {
  mongoose: ['adapters/mongo'],
  mongodb: ['adapters/mongo'],
  'node:sqlite': ['adapters/sqlite'],
  '@peculiar/x509': ['service-identity'],
  'reflect-metadata': ['service-identity'],
  '@simplewebauthn/server': ['passkeys', 'fido-metadata'],
  'oidc-provider': ['oidc', 'interactions'],
  koa: ['http', 'oidc', 'routes', 'demo'],
  '@koa/router': ['routes'],
  '@koa/bodyparser': ['http', 'oidc'],
  commander: ['cli'],
  pino: ['log'],
  'prom-client': ['http'],
  'rate-limiter-flexible': ['http', 'adapters/mongo'],
  undici: ['passkeys'],
  cockatiel: ['passkeys'],
};

/** The types of these are as bound to their places as their values. */
const boundTypes = ['mongoose', 'mongodb', 'koa'];

export function checkImports(source: Source): Violation[] {
  if (source.isTest || wiring.test(source.path)) return [];
  return source.imports.flatMap((imported) => {
    const rule = imported.isFile ? fileRule(source.path, imported) : packageRule(source.path, imported);
    return rule ? [{ path: source.path, line: imported.line, rule }] : [];
  });
}

function fileRule(path: string, { target, typeOnly }: Import): string | undefined {
  const from = roomOf(path);
  const to = roomOf(target);
  if (to === from) return undefined;
  if (to === 'testing' || to === 'house') return `imports ${target}, which is for tests alone`;
  const alone = standalone[from];
  if (alone) return alone.includes(to) ? undefined : `the room ${from} must not know ${target}`;
  if (typeOnly && to !== 'adapters') return undefined;
  const allowed = [...everywhere, ...(calls[from] ?? []), ...(isRoutes(path) ? routesCall : [])];
  return allowed.includes(to) ? undefined : `the room ${from} must not call ${target}`;
}

function packageRule(path: string, { target, typeOnly }: Import): string | undefined {
  const name = target.startsWith('@') ? target.split('/', 2).join('/') : (target.split('/', 1)[0] ?? '');
  const places = packages[name];
  if (!places || (typeOnly && !boundTypes.includes(name))) return undefined;
  const here = [roomOf(path), path.split('/').slice(0, 2).join('/'), ...(isRoutes(path) ? ['routes'] : [])];
  return here.some((place) => places.includes(place))
    ? undefined
    : `${name} is for ${places.join(', ')} alone`;
}

function isRoutes(path: string): boolean {
  return /(^|\/)routes\.ts$/.test(path);
}

/** The folder below `server/`, the file there without its ending, or the folder beside `server/`. */
function roomOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'server' ? second.replace(/\.ts$/, '') : first;
}
