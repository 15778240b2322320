import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What a request came through: never what a stranger says about itself. */
export interface Provenance {
  /** Address of the client, as far as trusted proxies tell. */
  address: string;
  /** The host that the client asked for. */
  host: string;
  /** Whether the client's connection was encrypted; `undefined` where nobody trustworthy says. */
  encrypted: boolean | undefined;
  /** Whether the hop before us is a gateway whose headers are believed. */
  isTrusted: boolean;
}

type Trusts = (address: string) => boolean;

/** @param cidrs addresses of gateways whose X-Forwarded-* headers are believed */
export function createProvenanceReader(cidrs: readonly string[]): (request: IncomingMessage) => Provenance {
  const ranges = cidrs.map((cidr) => ipaddr.parseCIDR(cidr));
  const trusts: Trusts = (address) => {
    if (ranges.length === 0) return false;
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return ranges.some((range) => parsed.kind() === range[0].kind() && parsed.match(range));
  };
  return (request) => provenance(request, trusts);
}

function provenance(request: IncomingMessage, trusts: Trusts): Provenance {
  const peer = normalized(request.socket.remoteAddress ?? '');
  const { host = '' } = request.headers;
  if (!trusts(peer)) return { address: peer, host, encrypted: undefined, isTrusted: false };
  const protocol = lastOf(request.headers['x-forwarded-proto']);
  return {
    address: walkBack(peer, items(request.headers['x-forwarded-for']), trusts),
    host: lastOf(request.headers['x-forwarded-host']) ?? host,
    encrypted: protocol === undefined ? undefined : protocol === 'https',
    isTrusted: true,
  };
}

/** From our side outwards, over proxies that are trusted, to the first hop that is not (or is no address). */
function walkBack(peer: string, forwarded: readonly string[], trusts: Trusts): string {
  let address = peer;
  for (const hop of forwarded.toReversed()) {
    if (!trusts(address) || !ipaddr.isValid(hop)) break;
    address = normalized(hop);
  }
  return address;
}

function items(header: string | string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/** The proxy nearest to us wrote the last item. */
function lastOf(header: string | string[] | undefined): string | undefined {
  return items(header).at(-1);
}

/** One spelling for each address: `::ffff:192.0.2.1` is `192.0.2.1`. */
function normalized(address: string): string {
  // That is one spelling already, and there is none more common.
  if (isIPv4(address)) return address;
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}

/** What one subscriber holds: an IPv4 address, or the /64 of an IPv6 address. */
export function addressPrefix(address: string): string {
  if (isIPv4(address)) return address;
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/64`)}/64`;
}
