/** What can be seen of the edge from outside, as any client sees it. */
import type { OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { z } from 'zod';
import { offerTls } from './tls-versions.ts';
import { type Probe, probe } from './verify.ts';

export interface EdgeContext {
  issuer: string;
  /** Where the issuer's host is found, if its name does not tell. */
  address?: string;
  /** Authorities to trust, as PEM; the system's if absent. */
  authority?: string;
}

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/** Exactly this version is the lowest that is accepted, and lower ones are refused rather than lost. */
const minimumVersion = probe<EdgeContext, { minimumVersion: (typeof versions)[number] }>({
  control: 'tls-minimum-version',
  kind: 'TLS',
  parameters: z.strictObject({ minimumVersion: z.enum(versions) }),
  async run({ minimumVersion }, { issuer, address, authority }) {
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
    const { headers } = await ask(context, { path: '/.well-known/openid-configuration' });
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
      (await ask(context, { path, method: 'POST', headers: { origin: from } })).status;
    const [foreign, own] = [await post(origin), await post(new URL(context.issuer).origin)];
    return {
      expected: `403 from ${origin}, another answer from the issuer`,
      seen: `${foreign} from ${origin}, ${own} from the issuer`,
      matches: foreign === 403 && own !== 403 && own < 500,
    };
  },
});

export const edgeProbes: readonly Probe<EdgeContext>[] = [
  minimumVersion,
  strictTransportSecurity,
  foreignOrigin,
];

interface Question {
  path: string;
  method?: string;
  headers?: OutgoingHttpHeaders;
}

function ask({ issuer, address, authority }: EdgeContext, { path, method = 'GET', headers }: Question) {
  const { hostname, port, host } = new URL(issuer);
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    headers: Readonly<Record<string, string[] | undefined>>;
  }>();
  const sent = request({
    ...{ host: address ?? hostname, port: port || 443, servername: hostname, path, method, agent: false },
    ...(authority !== undefined && { ca: authority }),
    headers: {
      accept: 'application/json',
      ...(method === 'POST' && { 'content-length': 0 }),
      ...headers,
      host,
    },
  });
  sent.setTimeout(5000, () => sent.destroy(new Error('no answer within 5 s')));
  sent.on('error', reject).on('response', (answer) => {
    answer.resume();
    resolve({ status: answer.statusCode ?? 0, headers: answer.headersDistinct });
  });
  sent.end();
  return promise;
}
