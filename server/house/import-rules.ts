import type { Import, Source, Violation } from './source.ts';

/**
 * Which rooms a room may call. Types of other rooms (their records and ports) are free for all, except for the rooms
 * that must stand alone.
 */
const calls: Record<string, readonly string[]> = {
  accounts: ['apps', 'authenticator-policy', 'mail', 'receipts'],
  admin: [
    'accounts',
    'apis',
    'apps',
    'authenticator-policy',
    'enrolment',
    'figures',
    'groups',
    'mail',
    'registration',
    'sign-ins',
  ],
  apis: ['apps'],
  apps: ['client-certificates', 'secret'],
  architecture: ['passkeys', 'service-identity'],
  audit: ['secret'],
  'authenticator-policy': [],
  certificates: ['service-identity'],
  cli: [
    'open-outbound',
    'about-this-server',
    'admin',
    'apis',
    'apps',
    'architecture',
    'audit',
    'authenticator-policy',
    'certificates',
    'clock',
    'config',
    'fido-metadata',
    'figures',
    'open-figures',
    'mail',
    'open-mail',
    'oidc',
    'open-passkeys',
    'open-resealing',
    'open-sessions',
    'open-signing-keys',
    'passkeys',
    'receipts',
    'secret',
    'service-identity',
    'sign-ins',
    'storage',
    'transfer',
  ],
  'client-certificates': ['service-identity'],
  config: ['mtls-config', 'setting-readers', 'settings', 'signing-key-settings'],
  console: ['accounts', 'admin', 'apis', 'apps', 'views'],
  enrolment: ['accounts', 'authenticator-policy', 'mail', 'receipts', 'secret', 'sign-ins'],
  'external-signing': ['service-identity'],
  'fido-metadata': ['service-identity'],
  figures: ['passkeys', 'sign-ins'],
  'forward-auth': ['accounts', 'apps', 'oidc', 'secret', 'sign-ins'],
  groups: [],
  leases: [],
  home: [],
  http: ['views'],
  log: ['log-output'],
  'logout-notices': ['apps'],
  mail: ['views'],
  interactions: [
    'accounts',
    'apis',
    'apps',
    'authenticator-policy',
    'oidc',
    'passkeys',
    'receipts',
    'sign-ins',
  ],
  oidc: [
    'accounts',
    'apis',
    'apps',
    'authenticator-policy',
    'client-certificates',
    'http',
    'secret',
    'sign-ins',
    'views',
  ],
  outbound: [],
  passkeys: ['authenticator-policy', 'fido-metadata', 'receipts', 'secret'],
  receipts: ['secret'],
  registration: ['apps'],
  secret: [],
  'service-identity': [],
  'setting-readers': [],
  'setting-facts': ['settings'],
  'connection-settings': ['setting-readers'],
  settings: ['connection-settings', 'setting-readers', 'signing-key-settings'],
  'signing-key-settings': ['external-signing', 'setting-readers'],
  'sign-ins': ['apps', 'authenticator-policy', 'passkeys', 'receipts'],
  // The terms of a search are made by one function, which both engines share.
  storage: ['accounts'],
  transfer: ['accounts', 'apis', 'apps', 'authenticator-policy', 'groups', 'oidc', 'secret'],
  views: [],
};

/** What every room may call. */
const everywhere = ['errors', 'keep-latest', 'log', 'make-folder', 'one-line', 'site-paths', 'version'];

/** What a file that meets koa may call beside: whoever is signed in is told by `oidc`, links are kept by `enrolment`. */
const routesCall = ['http', 'views', 'oidc', 'accounts', 'enrolment', 'apps'];

/** Rooms that are moved or replaced as a whole, with all that they may know, types too. */
const standalone: Record<string, readonly string[]> = {
  adapters: ['storage', 'make-folder'],
  'authenticator-policy': ['errors', 'receipts'],
  demo: [],
  'fido-metadata': ['errors', 'log', 'leases', 'service-identity'],
  http: ['errors', 'log', 'views', 'secret', 'site-paths'],
  passkeys: [
    'errors',
    'log',
    'authenticator-policy',
    'fido-metadata',
    'leases',
    'receipts',
    'secret',
    'service-identity',
    'setting-readers',
  ],
  receipts: ['errors', 'secret'],
  'service-identity': ['errors', 'log'],
  views: [],
};

/** Files that put the rooms together, and may import every one of them. */
const wiring =
  /(^|\/)main\.ts$|^server\/(rooms|chores|docs|open-[a-z-]+|start-process|about-this-server|demo-starter|greet)\.ts$/;

/** Packages that only some places may use, as values. `routes` are the files of that name. */
const packages: Record<string, readonly string[]> = {
  mongoose: ['adapters/mongo'],
  mongodb: ['adapters/mongo'],
  // `transfer` reads what another product left in a file of this kind, and keeps nothing in one.
  'node:sqlite': ['adapters/sqlite', 'transfer'],
  'age-encryption': ['transfer'],
  fflate: ['transfer'],
  bcryptjs: ['apps'],
  '@peculiar/x509': ['service-identity', 'passkeys', 'fido-metadata'],
  'reflect-metadata': ['service-identity', 'passkeys', 'fido-metadata'],
  '@simplewebauthn/server': ['passkeys', 'fido-metadata'],
  'oidc-provider': ['oidc', 'interactions'],
  koa: ['http', 'oidc', 'routes', 'demo'],
  '@koa/router': ['routes'],
  '@koa/bodyparser': ['http', 'oidc', 'demo'],
  commander: ['cli'],
  yaml: ['cli'],
  pino: ['log'],
  'prom-client': ['http'],
  'rate-limiter-flexible': ['http', 'adapters/mongo'],
  undici: ['passkeys', 'fido-metadata', 'outbound', 'external-signing'],
  cockatiel: ['passkeys'],
  nodemailer: ['mail'],
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
