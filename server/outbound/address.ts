import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Private places that may be asked: by name, or by range. */
export interface Allowed {
  hosts: ReadonlySet<string>;
  ranges: readonly [Address, number][];
}

/** @param entries host names and CIDR, as `LATCHKEY_OUTBOUND_ALLOW` has them */
export function readAllowed(entries: readonly string[]): Allowed {
  const [ranges, hosts] = [entries.filter(isRange), entries.filter((entry) => !isRange(entry))];
  return {
    hosts: new Set(hosts.map((host) => host.toLowerCase())),
    ranges: ranges.map((range) => ipaddr.parseCIDR(range)),
  };
}

const isRange = (entry: string): boolean => entry.includes('/');

/**
 * What an address is that must not be connected to, as the rest of a sentence, such as `at 10.0.0.1 (private)`. An IPv4
 * address within IPv6 is what it stands for.
 * @param lists an address that is not public must be in every one of them, and there must be one
 */
export function addressProblem(
  { host, address }: { host: string; address: string },
  lists: readonly Allowed[],
): string | undefined {
  if (!ipaddr.isValid(address)) return `at ${address}`;
  const parsed = ipaddr.process(address);
  const isAllowed = lists.length > 0 && lists.every((list) => isIn(list, host, parsed));
  return isAllowed || isPublic(parsed) ? undefined : `at ${parsed} (${parsed.range()})`;
}

/** Where a name may lead that is allowed: whoever answers for DNS does not decide about the rest. */
const withinCompanies = ['private', 'uniqueLocal', 'carrierGradeNat', 'loopback'];

function isIn({ hosts, ranges }: Allowed, host: string, address: Address): boolean {
  if (hosts.has(host) && withinCompanies.includes(address.range())) return true;
  return ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
}

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** RFC 4291 §2.4: whatever of IPv6 is not global unicast has, or had, some other meaning. */
function isPublic(address: Address): boolean {
  if (address instanceof ipaddr.IPv6 && !address.match(globalUnicast)) return false;
  return address.range() === 'unicast';
}
