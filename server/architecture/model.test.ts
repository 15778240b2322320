import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ConfigError } from '../errors.ts';
import { permissions } from '../passkeys/permissions.ts';
import type { CalmDocument } from './calm.ts';
import { loadArchitecture, parseArchitecture } from './model.ts';
import { printArchitecture } from './print.ts';

const file = new URL('../../docs/architecture/latchkey.calm.json', import.meta.url);
const text = readFileSync(file, 'utf8');
const model = loadArchitecture(file);

/** The model with a change, as text. */
function changed(change: (document: CalmDocument) => void): string {
  const document = JSON.parse(text) as CalmDocument;
  change(document);
  return JSON.stringify(document);
}

const relationshipIn = ({ relationships }: CalmDocument, id: string) =>
  relationships.find((each) => each['unique-id'] === id) ?? assert.fail(id);

describe('the model of the architecture', () => {
  it('has every part, and every one is reached by a relationship', () => {
    const ids = model.nodes.map(({ id }) => id);
    for (const part of [
      ...['web-client', 'client-application', 'authenticator', 'api-gateway', 'authentication-service'],
      ...['identity-provider', 'passkey-manager', 'credential-repository', 'metadata-repository'],
      ...['audit-log', 'storage'],
    ])
      assert.ok(ids.includes(part), part);
    const named = new Set(model.relationships.flatMap(({ from, to }) => [from, ...to]));
    assert.deepEqual(new Set(ids), named);
  });

  it('has the four controls, each requirement with a standard and parameters', () => {
    const controls = [...model.nodes, ...model.relationships].flatMap((each) => each.controls);
    assert.deepEqual(
      new Set(controls.map(({ name }) => name)),
      new Set(['TLS', 'mTLS', 'ZeroTrust', 'MFA', 'PhishingResistance']),
    );
    for (const { url, parameters } of controls.flatMap(({ requirements }) => requirements)) {
      assert.match(url, /^https:/);
      assert.ok(Object.keys(parameters).length > 0);
    }
  });

  it('gives each identity the methods that the passkey manager gives it', () => {
    const link = model.relationships.find(({ id }) => id === 'authentication-service-uses-passkey-manager');
    const given = link?.controls
      .flatMap(({ requirements }) => requirements)
      .filter(({ id }) => id === 'least-privilege')
      .map(({ parameters }) => [String(parameters.identity).split('/').at(-1), parameters.methods]);
    assert.deepEqual(Object.fromEntries(given ?? []), permissions);
  });

  it('is printed the same each time, with every node, relationship and parameter', () => {
    const printed = printArchitecture(model, 'Prose.\n');
    assert.equal(printArchitecture(parseArchitecture(text), 'Prose.\n'), printed);
    for (const { id } of [...model.nodes, ...model.relationships])
      assert.ok(printed.includes(`\`${id}\``), id);
    for (const word of ['TLSv1.2', 'TLSv1.3', 'spiffe://{trustDomain}/provider', 'issueTicket', 'Prose.'])
      assert.ok(printed.includes(word), word);
  });

  it('says what it is not, if it cannot be read', () => {
    assert.throws(() => loadArchitecture('/nowhere/x.json'), /x\.json cannot be read \(ENOENT\)/);
    assert.throws(() => parseArchitecture('{', 'x.json'), /x\.json is no JSON/);
    assert.throws(() => parseArchitecture('[]', 'x.json'), /x\.json: it /);
  });
});

describe('a broken model is refused by name', () => {
  const broken: Record<string, [change: (document: CalmDocument) => void, expected: RegExp]> = {
    'a relationship to a node that is not there': [
      ({ nodes }) =>
        nodes.splice(
          nodes.findIndex((node) => node['unique-id'] === 'audit-log'),
          1,
        ),
      /relationships\.authentication-service-is names the node audit-log, which there is not/,
    ],
    'one id for two things': [
      ({ nodes }) => nodes.push(...nodes.slice(0, 1)),
      /person is the id of two things/,
    ],
    'an interface of another node': [
      (document) => {
        const type = relationshipIn(document, 'authentication-service-uses-storage')['relationship-type'];
        if ('connects' in type) type.connects.destination.interfaces = ['passkey-manager-mtls'];
      },
      /authentication-service-uses-storage names the interface passkey-manager-mtls, which storage has not/,
    ],
    'a control without parameters': [
      (document) => {
        const { requirements = [] } =
          relationshipIn(document, 'web-client-uses-api-gateway').controls?.TLS ?? {};
        for (const { config } of requirements) config.parameters = {};
      },
      /relationships\.web-client-uses-api-gateway\.controls\.TLS\.requirements\.0\.config\.parameters is empty/,
    ],
    'a control without requirements': [
      (document) => {
        const { TLS } = relationshipIn(document, 'web-client-uses-api-gateway').controls ?? {};
        TLS?.requirements.splice(0);
      },
      /web-client-uses-api-gateway\.controls\.TLS\.requirements is empty/,
    ],
    'a connection without protocol': [
      (document) => {
        delete relationshipIn(document, 'web-client-uses-api-gateway').protocol;
      },
      /relationships\.web-client-uses-api-gateway has no protocol/,
    ],
    'a protocol that CALM does not know': [
      (document) =>
        Object.assign(relationshipIn(document, 'web-client-uses-api-gateway'), { protocol: 'QUIC' }),
      /relationships\.web-client-uses-api-gateway\.protocol is none of CALM/,
    ],
    'a word that CALM does not know': [
      ({ nodes }) => Object.assign(nodes[0] ?? {}, { colour: 'blue' }),
      /nodes\.person .*colour/,
    ],
    'another release of CALM': [
      (document) => {
        document.$schema = 'https://calm.finos.org/release/9.0/meta/calm.json';
      },
      /\$schema is not CALM 1/,
    ],
  };

  for (const [what, [change, expected]] of Object.entries(broken))
    it(what, () =>
      assert.throws(
        () => parseArchitecture(changed(change), 'x.json'),
        (error) => {
          assert.ok(error instanceof ConfigError);
          assert.match(error.message, expected);
          assert.match(error.message, /^x\.json: /);
          return true;
        },
      ),
    );
});
