import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CommandFixture, openCommandFixture } from '../testing/command.ts';
import { createMetadataAuthority } from '../testing/metadata-authority.ts';
import {
  brokenKey,
  dateOf,
  exampleKey,
  payloadSample,
  rootsSample,
  statementSample,
} from '../testing/metadata-payload.ts';

const day = 24 * 60 * 60 * 1000;
const authority = await createMetadataAuthority();

describe('latchkey metadata', () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-metadata-'));
  const [file, roots] = [join(folder, 'blob.jwt'), join(folder, 'roots.pem')];
  const settings = { LATCHKEY_FIDO_METADATA_URL: file, LATCHKEY_FIDO_METADATA_ROOTS: roots };
  const put = (fields: Record<string, unknown>) =>
    writeFileSync(file, authority.signer.sign(payloadSample(fields)));
  let fixture: CommandFixture;
  before(async () => {
    fixture = await openCommandFixture();
    writeFileSync(roots, authority.roots);
    await fixture.start();
    await fixture.stop();
  });
  after(async () => {
    await fixture[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  const latchkey = (...args: string[]) => fixture.with(settings).latchkey('metadata', ...args);
  const finding = () => {
    const { findings } = fixture.with(settings).latchkey('doctor', '--json').json() as {
      findings: { check: string; state: string; says: string }[];
    };
    return findings.find(({ check }) => check === 'FIDO metadata');
  };

  it('says that there is none yet', () => {
    const status = latchkey('status');
    assert.equal(status.status, 1);
    assert.match(status.stdout, /^No FIDO metadata is in force\.\nAsked: /);
    assert.equal(finding()?.state, 'warning');
  });

  it('names why nothing could be taken', () => {
    const refresh = latchkey('refresh', '--json');
    assert.equal(refresh.status, 1);
    assert.match(
      JSON.parse(refresh.stderr).message,
      /was not refreshed: the file cannot be read: file_unreadable \(.*ENOENT\)/,
    );
    assert.match(finding()?.says ?? '', /file_unreadable/);
  });

  it('takes a file, and shows what is in it', () => {
    put({ no: 20 });
    const refresh = latchkey('refresh');
    assert.equal(refresh.stderr, '');
    assert.match(refresh.stdout, /^FIDO metadata number 20 with 2 models, taken /);
    const status = latchkey('status', '--json');
    assert.equal(status.status, 0);
    assert.equal((status.json() as { metadata: { no: number } }).metadata.no, 20);
    assert.deepEqual([finding()?.state, latchkey('refresh').status], ['ok', 0]);
  });

  it('finds models by their names, and providers of passkeys', () => {
    assert.match(
      latchkey('search', 'example').stdout,
      new RegExp(`${exampleKey}  Example Key 5  FIDO_CERTIFIED_L1`),
    );
    assert.match(
      latchkey('search', 'icloud').stdout,
      /dd4ec289-e01d-41c9-bb89-70fa845d4bf2 .*its name alone/,
    );
    assert.equal(latchkey('search', 'no such thing').stdout, 'Nothing has that in its name.\n');
    assert.equal((latchkey('search', '', '--limit', '3', '--json').json() as unknown[]).length, 3);
  });

  it('says what a limit must be', () => {
    const { status, stderr } = latchkey('search', 'key', '--limit', 'many');
    assert.equal(status, 2);
    assert.match(stderr, /It must be a whole number from 1 to 1000/);
  });

  it('shows one, and refuses what is none', () => {
    assert.match(
      latchkey('show', brokenKey).stdout,
      /^Broken Key\n(.*\n){2}status {7}NOT_FIDO_CERTIFIED, REVOKED\n/,
    );
    const { status, stderr } = latchkey('show', 'ee882879-721c-4913-9775-000000000000');
    assert.deepEqual([status, stderr], [1, 'Nothing is known of ee882879-721c-4913-9775-000000000000.\n']);
    assert.match(latchkey('show', 'yubikey').stderr, /is no AAGUID/);
  });

  it('W9 keeps what it has when something older comes', () => {
    put({ no: 19 });
    const { status, stderr } = latchkey('refresh');
    assert.equal(status, 1);
    assert.match(stderr, /rollback \(19 after 20\); what was taken before stays in force/);
    assert.match(latchkey('status').stdout, /number 20[\s\S]*rollback/);
  });

  it('says when it is too old to vouch for something new', () => {
    put({ no: 21, nextUpdate: dateOf(Date.now() - 100 * day) });
    assert.equal(latchkey('refresh').status, 0);
    const status = latchkey('status');
    assert.equal(status.status, 1);
    assert.match(status.stdout, /should have come 100 days ago, so it vouches for nothing new/);
  });

  it('has statements of this installation, and names file and field of a wrong one', () => {
    const statements = mkdtempSync(join(folder, 'statements-'));
    const own = 'aaaaaaaa-1111-4222-8333-444444444444';
    writeFileSync(
      join(statements, 'own.json'),
      JSON.stringify(
        statementSample({
          ...{ aaguid: own, description: 'Our Badge', attestationRootCertificates: rootsSample() },
        }),
      ),
    );
    const withOwn = fixture.with({ LATCHKEY_FIDO_METADATA_STATEMENTS: statements });
    assert.match(
      withOwn.latchkey('metadata', 'show', own).stdout,
      /^Our Badge\n.*\nknown from {3}a statement of/,
    );
    writeFileSync(
      join(statements, 'wrong.json'),
      JSON.stringify(statementSample({ keyProtection: 'hardware' })),
    );
    const { status, stderr } = withOwn.latchkey('metadata', 'status');
    assert.equal(status, 1);
    assert.match(stderr, /wrong\.json has no keyProtection as a metadata statement has it/);
    assert.match(
      fixture.with({ LATCHKEY_FIDO_METADATA_ROOTS: file }).latchkey('metadata', 'status').stderr,
      /holds no certificate/,
    );
  });

  it('asks nothing where it is off', () => {
    assert.match(fixture.latchkey('metadata', 'refresh').stderr, /LATCHKEY_FIDO_METADATA_URL is off/);
    const doctor = (more: Record<string, string>) => fixture.with(more).latchkey('doctor').stdout;
    const remedy = 'Nothing newer comes while LATCHKEY_FIDO_METADATA_URL is off: put an address or a file';
    assert.match(
      doctor({ LATCHKEY_FIDO_METADATA_ROOTS: roots }),
      new RegExp(`FIDO metadata  .* 100 days ago.* ${remedy}`),
    );
    assert.match(doctor({}), new RegExp(`ends at no root that is believed here: other_root\\. ${remedy}`));
    const http = fixture.with({ LATCHKEY_FIDO_METADATA_URL: 'http://mds.example.com/' });
    assert.match(http.latchkey('metadata', 'status').stderr, /must begin with https/);
  });
});
