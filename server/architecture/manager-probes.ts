/** What can be seen of the way between provider and passkey manager, by those who hold certificates and by strangers. */
import { z } from 'zod';
import type { ThrowawayShape } from '../certificates/throwaway.ts';
import { wireMethods } from '../passkeys/remote/wire.ts';
import { readServiceCertificate } from '../service-identity/certificate.ts';
import { spiffeId } from '../service-identity/spiffe-id.ts';
import { ask, canResume, certificateOf, tlsOptions } from './caller.ts';
import {
  anyCertificate,
  authorityOf,
  certificateFor,
  compared,
  heard,
  type ManagerContext,
  managerOf,
  minute,
  nameOf,
} from './manager-context.ts';
import { offerTls } from './tls-versions.ts';
import { NoMeansError, type Probe, probe } from './verify.ts';

const versions = ['TLSv1.2', 'TLSv1.3'] as const;

const minimumVersion = probe<ManagerContext, { minimumVersion: (typeof versions)[number] }>({
  control: 'tls-minimum-version',
  kind: 'mTLS',
  parameters: z.strictObject({ minimumVersion: z.enum(versions) }),
  async run({ minimumVersion: least }, context) {
    const manager = managerOf(context);
    const { hostname, port } = new URL(manager.url);
    const place = { address: hostname, port: Number(port || 443), servername: hostname };
    const expected = versions.map((one) => `${one} ${one < least ? 'alert protocol_version' : 'accepted'}`);
    const seen: string[] = [];
    for (const version of versions) {
      const offer = await offerTls({ ...place, tls: tlsOptions(manager, anyCertificate(manager)) }, version);
      seen.push(`${version} ${offer.accepted ? 'accepted' : offer.seen}`);
    }
    return { expected: expected.join(', '), seen: seen.join(', '), matches: `${seen}` === `${expected}` };
  },
});

const clientCertificate = probe<ManagerContext, { required: true }>({
  control: 'client-certificate-required',
  kind: 'mTLS',
  parameters: z.strictObject({ required: z.literal(true) }),
  async run(_required, context) {
    const manager = managerOf(context);
    const [name, own] = [...manager.identities][0] ?? [];
    if (!name || !own) throw new NoMeansError('there is no certificate here');
    return compared([
      ['with a certificate', 'heard', heard(await ask(manager, { as: own }))],
      ['without one', 'no answer', heard(await ask(manager, {}))],
      ['of another authority', 'no answer', heard(await ask(manager, { as: await manager.stranger(name) }))],
    ]);
  },
});

const serverIdentity = probe<ManagerContext, { identity: string }>({
  control: 'server-identity',
  kind: 'mTLS',
  parameters: z.strictObject({ identity: z.string() }),
  async run({ identity }, context) {
    const manager = managerOf(context);
    const { trustDomain } = manager;
    const der = await certificateOf(manager, anyCertificate(manager));
    const seen = spiffeId(trustDomain, readServiceCertificate(der, { trustDomain }).name);
    return { expected: identity, seen, matches: seen === identity };
  },
});

const sessionTickets = probe<ManagerContext, { issued: false }>({
  control: 'session-tickets',
  kind: 'mTLS',
  parameters: z.strictObject({ issued: z.literal(false) }),
  async run(_issued, context) {
    const manager = managerOf(context);
    const resumed = await canResume(manager, anyCertificate(manager));
    const seen = resumed ? 'a session was resumed' : 'no session could be resumed';
    return { expected: 'no session could be resumed', seen, matches: !resumed };
  },
});

const clientIdentity = probe<ManagerContext, { identity: string }>({
  control: 'client-identity',
  kind: 'ZeroTrust',
  parameters: z.strictObject({ identity: z.string() }),
  async run({ identity }, context) {
    const manager = managerOf(context);
    const name = nameOf(identity, manager);
    const { sign } = authorityOf(manager);
    const now = Date.now();
    const valid = { name, notBefore: now - minute, notAfter: now + 5 * minute };
    const asked = async (shape: ThrowawayShape) => heard(await ask(manager, { as: await sign(shape) }));
    return compared([
      ['as itself', 'heard', await asked(valid)],
      ['of another trust domain', 'no answer', await asked({ ...valid, trustDomain: 'foreign.example' })],
      [
        'expired',
        'no answer',
        await asked({ ...valid, notBefore: now - 3 * minute, notAfter: now - minute }),
      ],
      ['not valid yet', 'no answer', await asked({ ...valid, notBefore: now + 3 * minute })],
    ]);
  },
});

const leastPrivilege = probe<ManagerContext, { identity: string; methods: string[] }>({
  control: 'least-privilege',
  kind: 'ZeroTrust',
  parameters: z.strictObject({ identity: z.string(), methods: z.array(z.string()) }),
  async run({ identity, methods }, context) {
    const manager = managerOf(context);
    const as = certificateFor(manager, nameOf(identity, manager));
    const open: string[] = [];
    // What may be asked is answered with what is wrong with an empty request: nothing is done.
    for (const method of Object.keys(wireMethods)) {
      const answer = await ask(manager, { as, method });
      if (answer === 'no answer') throw new Error(`no answer to ${method}`);
      if (answer !== 403) open.push(method);
    }
    const [expected, seen] = [methods, open].map((names) => names.toSorted().join(', ') || 'no method');
    return { expected: String(expected), seen: String(seen), matches: seen === expected };
  },
});

export const managerProbes: readonly Probe<ManagerContext>[] = [
  minimumVersion,
  clientCertificate,
  serverIdentity,
  sessionTickets,
  clientIdentity,
  leastPrivilege,
];
