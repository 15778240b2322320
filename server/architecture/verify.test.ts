import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { ConfigError } from '../errors.ts';
import { parseArchitecture } from './model.ts';
import { type Acceptance, NoMeansError, type Probe, probe, verifyArchitecture } from './verify.ts';

const text = readFileSync(new URL('../../docs/architecture/latchkey.calm.json', import.meta.url), 'utf8');
const model = parseArchitecture(text);
/** The model with another text in one place or in all. */
const edited = (from: string, to: string) => {
  assert.ok(text.includes(from), from);
  return parseArchitecture(text.replaceAll(from, to));
};

/** What the fake installation is. */
interface Installation {
  identity: string;
  minimumVersion: string;
}
const installation = { identity: 'spiffe://example.com/passkey-manager', minimumVersion: 'TLSv1.3' };

function compares(kind: string, control: string, name: keyof Installation): Probe<Installation> {
  return probe({
    ...{ control, kind },
    parameters: z.strictObject({ [name]: z.string() }),
    async run(parameters, context) {
      const [expected, seen] = [String(parameters[name]), context[name]];
      return { expected, seen, matches: expected === seen };
    },
  });
}

const probes = [
  compares('mTLS', 'server-identity', 'identity'),
  compares('mTLS', 'tls-minimum-version', 'minimumVersion'),
];

async function verify(changed = model, accepted: readonly Acceptance[] = [], given = probes) {
  const values = { trustDomain: 'example.com', issuer: 'https://login.example', host: 'login.example' };
  const { rows, exitCode } = await verifyArchitecture(changed, given, {
    context: installation,
    values,
    accepted,
  });
  const row = (kind: string, control: string) =>
    rows.find((each) => each.kind === kind && each.control === control) ?? assert.fail(control);
  return { rows, exitCode, row };
}

/** All that `probes` do not look at. */
const acceptRest: Acceptance[] = [
  ...new Set(
    [...model.nodes, ...model.relationships].flatMap(({ id, controls }) =>
      controls
        .flatMap(({ requirements }) => requirements)
        .filter(({ id, control }) => !probes.some((each) => each.control === id && each.kind === control))
        .map((requirement) => JSON.stringify({ control: requirement.id, relationship: id })),
    ),
  ),
].map((known) => ({ ...JSON.parse(known), reason: 'shown elsewhere' }));

describe('what is held against the model', () => {
  it('passes where it is as the model says, with the names of this installation filled in', async () => {
    const { row } = await verify();
    assert.deepEqual(row('mTLS', 'server-identity'), {
      control: 'server-identity',
      kind: 'mTLS',
      relationship: 'authentication-service-uses-passkey-manager',
      probe: 'mTLS/server-identity',
      expected: installation.identity,
      seen: installation.identity,
      state: 'passed',
    });
  });

  it('has a row for every requirement of the model', async () => {
    const all = [...model.nodes, ...model.relationships]
      .flatMap(({ controls }) => controls)
      .flatMap(({ requirements }) => requirements);
    assert.equal((await verify()).rows.length, all.length);
  });

  it('ends with 2 while something is not probed, and with 0 once that is accepted', async () => {
    assert.equal((await verify()).exitCode, 2);
    const { exitCode, row } = await verify(model, acceptRest);
    assert.equal(exitCode, 0);
    assert.equal(row('ZeroTrust', 'revocation').state, 'accepted');
    assert.match(row('ZeroTrust', 'revocation').seen, /there is no probe for it; accepted: shown elsewhere/);
  });

  it('takes no probe of another kind: TLS at the edge is not mTLS inside', async () => {
    assert.equal((await verify()).row('TLS', 'tls-minimum-version').state, 'not probed');
  });
});

describe('a model that is edited never passes', () => {
  const edits: Record<string, [from: string, to: string, control: string, state: string]> = {
    'another name in the certificate': [
      ...(['spiffe://{trustDomain}/passkey-manager', 'spiffe://{trustDomain}/another'] as const),
      ...(['server-identity', 'differs'] as const),
    ],
    'a higher version of TLS': ['"TLSv1.3"', '"TLSv1.4"', 'tls-minimum-version', 'differs'],
    'a lower version of TLS': ['"TLSv1.3"', '"TLSv1.2"', 'tls-minimum-version', 'differs'],
    'a control that nobody knows': [
      ...(['"server-identity"', '"server-beauty"'] as const),
      ...(['server-beauty', 'not probed'] as const),
    ],
    'a parameter that the probe does not look at': [
      ...(['"minimumVersion": "TLSv1.3"', '"minimumVersion": "TLSv1.3", "curves": "X25519"'] as const),
      ...(['tls-minimum-version', 'not probed'] as const),
    ],
    'a name that this installation has no value for': [
      ...(['{trustDomain}/passkey-manager', '{cluster}/passkey-manager'] as const),
      ...(['server-identity', 'not probed'] as const),
    ],
  };

  for (const [what, [from, to, control, state]] of Object.entries(edits))
    it(`${what}: ${state}`, async () => {
      const { row, exitCode } = await verify(edited(from, to), acceptRest);
      assert.equal(row('mTLS', control).state, state);
      assert.equal(exitCode, state === 'differs' ? 1 : 2);
    });
});

describe('a probe', () => {
  const failing = (error: Error): Probe<Installation>[] => [
    {
      ...{ control: 'server-identity', kind: 'mTLS', parameters: z.looseObject({}) },
      run: () => Promise.reject(error),
    },
  ];

  it('that has not what it takes to look shows nothing', async () => {
    const { row } = await verify(
      model,
      [],
      failing(new NoMeansError('there is no certificate to look with')),
    );
    assert.equal(row('mTLS', 'server-identity').state, 'not probed');
    assert.match(row('mTLS', 'server-identity').seen, /no certificate to look with/);
  });

  it('that fails shows that it is not as it should be', async () => {
    const { row, exitCode } = await verify(model, [], failing(new Error('ECONNREFUSED')));
    assert.deepEqual(
      [row('mTLS', 'server-identity').state, row('mTLS', 'server-identity').seen, exitCode],
      ['differs', 'ECONNREFUSED', 1],
    );
  });
});

describe('an acceptance', () => {
  it('never stands for what a probe saw', async () => {
    const accepted = [...acceptRest, { control: 'server-identity', reason: 'we know' }];
    const { row, exitCode } = await verify(edited('/passkey-manager"', '/another"'), accepted);
    assert.deepEqual([row('mTLS', 'server-identity').state, exitCode], ['differs', 1]);
  });

  it('of one relationship is none of another', async () => {
    const control = 'database-least-privilege';
    const { rows } = await verify(model, [
      { control, relationship: 'passkey-manager-uses-storage', reason: 'tried by hand' },
    ]);
    assert.deepEqual(
      rows.filter((row) => row.control === control).map(({ state }) => state),
      ['not probed', 'accepted'],
    );
  });

  it('of what the model has not is refused by name', async () => {
    await assert.rejects(verify(model, [{ control: 'tls-beauty', reason: 'no reason' }]), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /tls-beauty is accepted, but the model has no such requirement/);
      return true;
    });
  });

  it('cannot make up for a model that asks for nothing', async () => {
    const nothing = { ...model, nodes: [], relationships: [] };
    assert.equal((await verify(nothing)).exitCode, 2);
  });
});
