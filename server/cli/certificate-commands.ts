import { resolve } from 'node:path';
import { Argument, type Command, InvalidArgumentError } from 'commander';
import type { CertificateStatus } from '../certificates/status.ts';
import { type ServiceName, serviceNames } from '../service-identity/spiffe-id.ts';
import { defaultPlace } from './certificate-place.ts';
import { instant, leaf, show, table } from './output.ts';
import type { Surroundings } from './surroundings.ts';

interface PlaceOptions {
  json?: boolean;
  dir?: string;
  trustDomain?: string;
}

const several = (value: string, before: string[] = []) => [...before, value];

/** An authority for those without one: certificates by which the services know one another. */
export function addCertificateCommands(
  program: Command,
  surroundings: Surroundings,
  setExitCode: (code: number) => void,
): void {
  const certs = program.command('certs').description('certificates between the services');
  addInit(certs, surroundings);
  addIssue(certs, surroundings);
  addRenew(certs, surroundings);
  addRevoke(certs, surroundings);
  placed(certs, 'status', 'how each certificate stands; exit code 1 if one is expired or revoked').action(
    async (options: PlaceOptions) => {
      const { statusOf } = await import('../certificates/status.ts');
      const data = statusOf({ ...placeOf(options, surroundings), now: surroundings.now() });
      show(surroundings, options, { data, lines: statusLines(data) });
      if (!data.healthy) setExitCode(1);
    },
  );
}

/** A command with `--json`, and with the options that name an authority. */
function placed(parent: Command, nameAndArguments: string, description: string): Command {
  return leaf(parent, nameAndArguments, description)
    .option('--dir <folder>', 'where they are kept (default: certificates in LATCHKEY_DATA_DIR)')
    .option('--trust-domain <name>', 'whom they are for (default: the host of LATCHKEY_ISSUER at `init`)');
}

/** Once it is made, an authority knows its trust domain itself; an option only makes sure. */
function placeOf({ dir, trustDomain }: PlaceOptions, surroundings: Surroundings) {
  const directory = resolve(dir ?? defaultPlace(surroundings).directory);
  return { directory, ...(trustDomain !== undefined && { trustDomain }) };
}

function addInit(certs: Command, surroundings: Surroundings): void {
  placed(certs, 'init', 'make an authority; one that is there is never overwritten').action(
    async (options: PlaceOptions) => {
      const { createAuthority } = await import('../certificates/authority.ts');
      const { directory, trustDomain = defaultPlace(surroundings).trustDomain } = placeOf(
        options,
        surroundings,
      );
      const data = await createAuthority({ directory, trustDomain, now: surroundings.now() });
      show(surroundings, options, {
        data,
        lines: [
          `Made an authority for ${trustDomain} in ${directory}, until ${instant(data.notAfter)}.`,
          'Whoever has its key can be any service: keep the folder `authority` on one machine, and a copy of it in a safe place.',
          'Next: `latchkey certs issue`.',
        ],
      });
    },
  );
}

function addIssue(certs: Command, surroundings: Surroundings): void {
  placed(certs, 'issue', 'make keys and certificates, for all services or the named ones')
    .addArgument(new Argument('[names...]', 'services').choices(serviceNames))
    .option('--hours <hours>', 'how long they are valid', hours, 24)
    .option('--dns <host>', 'a host name of the passkey manager; repeat for more', several)
    .action(async (names: ServiceName[], options: PlaceOptions & { hours: number; dns?: string[] }) => {
      const { issue } = await import('../certificates/issue.ts');
      const place = placeOf(options, surroundings);
      const data = await issue({
        ...place,
        names: names.length > 0 ? names : serviceNames,
        hours: options.hours,
        ...(options.dns && { dns: options.dns }),
        now: surroundings.now(),
      });
      const lines = [...certificateTable(data), '', `They are in ${place.directory}, a folder for each.`];
      show(surroundings, options, { data, lines });
    });
}

function addRenew(certs: Command, surroundings: Surroundings): void {
  placed(certs, 'renew', 'issue again what is past two thirds of its life, and the revocation list')
    .option('--all', 'also what is not')
    .option('--hours <hours>', 'how long they are valid (default: as long as those before)', hours)
    .action(async (options: PlaceOptions & { all?: boolean; hours?: number }) => {
      const { renew } = await import('../certificates/renew.ts');
      const data = await renew({
        ...placeOf(options, surroundings),
        all: options.all === true,
        ...(options.hours !== undefined && { hours: options.hours }),
        now: surroundings.now(),
      });
      const lines = [
        ...certificateTable(data.renewed, 'No certificate is due: --all renews all.'),
        ...data.revoked.map(
          (name) => `${name} was revoked and stays so: \`latchkey certs issue ${name}\` makes another one.`,
        ),
        `The revocation list is valid until ${instant(data.listValidUntil)}.`,
      ];
      show(surroundings, options, { data, lines });
    });
}

function addRevoke(certs: Command, surroundings: Surroundings): void {
  placed(
    certs,
    'revoke <name-or-serial>',
    'refuse a certificate from now on, or all of a service that have not expired',
  ).action(async (what: string, options: PlaceOptions) => {
    const { revoke } = await import('../certificates/list.ts');
    const data = await revoke({ ...placeOf(options, surroundings), what, now: surroundings.now() });
    const lines = [
      ...certificateTable(data),
      '',
      'Revoked. Services on this machine know within 30 seconds; to others, copy the new ca.crl.',
    ];
    show(surroundings, options, { data, lines });
  });
}

interface Row {
  name: string;
  serialNumber: string;
  notAfter: number;
}

function certificateTable(rows: readonly Row[], empty = 'There are none.'): readonly string[] {
  return table(
    ['name', 'serial', 'expires'],
    rows.map(({ name, serialNumber, notAfter }) => [name, serialNumber, instant(notAfter)]),
    empty,
  );
}

function statusLines({ authority, list, certificates, trustDomain }: CertificateStatus): readonly string[] {
  return [
    ...table(
      ['name', 'serial', 'expires', 'state'],
      [
        ...certificates.map((one) => [one.name, one.serialNumber, instant(one.notAfter), one.state]),
        ['authority', '–', instant(authority.notAfter), authority.state],
        ['revocation list', '–', instant(list.validUntil), list.state],
      ],
      '',
    ),
    '',
    `Trust domain ${trustDomain}. \`latchkey certs renew\` renews what is due, expired or misplaced.`,
  ];
}

function hours(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 8760)
    throw new InvalidArgumentError('It must be a whole number from 1 to 8760.');
  return number;
}
