import { domainToASCII } from 'node:url';
import type { AppKind } from './app.ts';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether an address leads to the device itself. */
export const isLoopback = (uri: string): boolean => loopbackHosts.has(URL.parse(uri)?.hostname ?? '');

/** Whether what is sent there stays on the device, where any program may be what takes it (RFC 8252 §8.6). */
export const staysOnDevice = (uri: string): boolean => isLoopback(uri) || !/^https?:/i.test(uri);

/** Schemes that run or read something on the device itself (OAuth 2.0 Security BCP, RFC 9700 §4.11). */
const dangerousSchemes = new Set(['javascript', 'data', 'vbscript', 'blob', 'file', 'about', 'view-source']);

/**
 * Why an address must not be registered as a redirect address, as the rest of a sentence that begins with the
 * address; `undefined` if it may. Addresses are compared character by character later on (RFC 9700 §2.1), so
 * whatever a browser would rewrite or a reader could mistake is refused here.
 */
export function redirectUriProblem(uri: string, kind: AppKind): string | undefined {
  if (kind === 'machine') return 'is not needed: a machine has no browser to come back with';
  if (kind === 'device')
    return 'is not needed: people sign in on another device, and this one asks until it is allowed (RFC 8628)';
  return spellingProblem(uri) ?? partProblem(uri) ?? schemeProblem(new URL(uri), kind);
}

function spellingProblem(uri: string): string | undefined {
  if (uri.length > 2000) return 'is longer than 2,000 characters';
  if (/[^\x21-\x7e]/.test(uri))
    return `has a space or a character that is not ASCII${asciiHint(uri)}; write it as the browser sends it`;
  if (uri.includes('*')) return 'has a wildcard: register every address as it is (RFC 9700 §2.1)';
  if (uri.includes('#')) return 'has a fragment, which is not allowed (RFC 6749 §3.1.2)';
  if (uri.includes('\\')) return 'has a backslash, which browsers read as a slash';
  if (/%(?![0-9a-f]{2})/i.test(uri)) return 'has a percent sign that encodes nothing';
  if (/(^|[/\\])(\.|%2e){1,2}([/\\?]|$)/i.test(uri))
    return 'has "." or ".." in its path: write the path that is meant';
  if (/%(2f|5c|00|0a|0d)/i.test(uri.split('?')[0] ?? ''))
    return 'has an encoded slash or control character in its path';
  return undefined;
}

function asciiHint(uri: string): string {
  const host = /^https?:\/\/([^/:?]+)/i.exec(uri)?.[1] ?? '';
  const ascii = domainToASCII(host);
  return ascii && ascii !== host.toLowerCase() ? ` (the host is ${ascii})` : '';
}

function partProblem(uri: string): string | undefined {
  const parsed = URL.parse(uri);
  if (!parsed) return 'is not an address such as https://app.example.com/callback';
  const scheme = parsed.protocol.slice(0, -1);
  if (dangerousSchemes.has(scheme)) return `begins with ${scheme}:, which would run on the device`;
  if (parsed.username || parsed.password || /^[a-z]+:\/\/[^/?]*@/i.test(uri))
    return 'has a user name or password before the host';
  if (/^https?$/.test(scheme) && /^[^/?]*\/*[^/?]*/.exec(uri)?.[0] !== parsed.origin)
    return `is written unlike a browser writes it: put ${parsed.href}`;
  if (parsed.hostname.endsWith('.')) return 'has a host that ends with a dot';
  // URLs allow more, which would be read as something else in headers and in files for gateways.
  if (/^https?$/.test(scheme) && !/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/.test(parsed.hostname))
    return 'has a host with a character that no host has';
  return undefined;
}

function schemeProblem(parsed: URL, kind: AppKind): string | undefined {
  const onLoopback = loopbackHosts.has(parsed.hostname);
  if (parsed.protocol === 'http:')
    return onLoopback ? undefined : 'begins with http: outside localhost it must be https (RFC 9700 §2.6)';
  if (parsed.protocol === 'https:')
    return onLoopback && kind === 'native'
      ? 'is https on localhost: native apps use http there (RFC 8252 §7.3)'
      : undefined;
  const scheme = parsed.protocol.slice(0, -1);
  if (kind !== 'native') return `begins with ${scheme}:, which only a native app can receive: use https`;
  if (!scheme.includes('.'))
    return `begins with ${scheme}:, which any app may claim: use a domain of yours turned round, such as com.example.app (RFC 8252 §7.1)`;
  return undefined;
}
