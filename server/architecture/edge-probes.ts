/** What can be seen of the edge from outside, as any client sees it. */
import { z } from 'zod';
import { offerTls } from './tls-versions.ts';
import { NoMeansError, type Probe, probe } from './verify.ts';
import { type Visited, visit } from './visitor.ts';

export type EdgeContext = Visited;

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/** Exactly this version is the lowest that is accepted, and lower ones are refused rather than lost. */
const minimumVersion = probe<EdgeContext, { minimumVersion: (typeof versions)[number] }>({
  control: 'tls-minimum-version',
  kind: 'TLS',
  parameters: z.strictObject({ minimumVersion: z.enum(versions) }),
  async run({ minimumVersion }, { issuer, address, authority }) {
    requireTls(issuer);
    const { hostname, port } = new URL(issuer);
    const place = {
      ...{ address: address ?? hostname, port: Number(port || 443), servername: hostname },
      ...(authority !== undefined && { authority }),
    };
    const expected = versions.map((version) =>
      version < minimumVersion ? `${version} alert protocol_version` : `${version} accepted`,
    );
    const seen: string[] = [];
    for (const version of versions) {
      const offer = await offerTls(place, version);
      seen.push(`${version} ${offer.accepted ? 'accepted' : offer.seen}`);
    }
    return {
      expected: expected.join(', '),
      seen: seen.join(', '),
      matches: String(seen) === String(expected),
    };
  },
});

const strictTransportSecurity = probe<EdgeContext, { maxAgeSeconds: number }>({
  control: 'strict-transport-security',
  kind: 'TLS',
  parameters: z.strictObject({ maxAgeSeconds: z.int().positive() }),
  async run({ maxAgeSeconds }, context) {
    requireTls(context.issuer);
    const { headers } = await visit(context, { path: '/.well-known/openid-configuration' });
    const expected = `max-age=${maxAgeSeconds}`;
    const seen = (headers['strict-transport-security'] ?? ['none']).join(' and ');
    return { expected, seen, matches: seen === expected };
  },
});

/** The same request with the issuer's own origin is not forbidden: so it is the origin that is refused. */
const foreignOrigin = probe<EdgeContext, { origin: string; path: string }>({
  control: 'foreign-origin-refused',
  kind: 'ZeroTrust',
  parameters: z.strictObject({ origin: z.url(), path: z.string().startsWith('/') }),
  async run({ origin, path }, context) {
    const post = async (from: string) =>
      (await visit(context, { path, method: 'POST', headers: { origin: from } })).status;
    const [foreign, own] = [await post(origin), await post(new URL(context.issuer).origin)];
    return {
      expected: `403 from ${origin}, another answer from the issuer`,
      seen: `${foreign} from ${origin}, ${own} from the issuer`,
      matches: foreign === 403 && own !== 403 && own < 500,
    };
  },
});

const forgedHost = 'forged.example';

/** What is said of the issuer comes from settings alone, whatever a stranger claims. */
const forwardedHeaders = probe<EdgeContext, { headers: string[] }>({
  control: 'forwarded-headers-replaced',
  kind: 'ZeroTrust',
  parameters: z.strictObject({
    headers: z
      .array(z.enum(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']))
      .min(1),
  }),
  async run({ headers: names }, context) {
    const values: Record<string, string> = {
      forwarded: `host=${forgedHost};proto=http;for=192.0.2.1`,
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-host': forgedHost,
      'x-forwarded-proto': 'http',
    };
    const headers = Object.fromEntries(names.map((name) => [name, values[name]]));
    const { status, text } = await visit(context, { path: '/.well-known/openid-configuration', headers });
    const { origin } = new URL(context.issuer);
    const issuer = /"issuer":"([^"]*)"/.exec(text)?.[1] ?? `none (status ${status})`;
    const forged = text.includes(forgedHost) ? 'is there' : 'is nowhere';
    return {
      expected: `the issuer is ${origin}, ${forgedHost} is nowhere`,
      seen: `the issuer is ${issuer}, ${forgedHost} ${forged}`,
      matches: issuer === origin && forged === 'is nowhere',
    };
  },
});

export const edgeProbes: readonly Probe<EdgeContext>[] = [
  minimumVersion,
  strictTransportSecurity,
  foreignOrigin,
  forwardedHeaders,
];

function requireTls(issuer: string): void {
  if (!issuer.startsWith('https:'))
    throw new NoMeansError('the issuer is plain http, which is for localhost alone');
}
