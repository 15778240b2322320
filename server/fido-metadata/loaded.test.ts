import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ConfigError } from '../errors.ts';
import {
  brokenKey,
  entrySample,
  exampleKey,
  payloadSample,
  rootsSample,
  statementSample,
} from '../testing/metadata-payload.ts';
import { loadedOf, modelIn } from './loaded.ts';
import { readLocalStatements } from './local-statements.ts';
import { readPayload } from './payload.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-statements-'));
after(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: unknown) =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const roots = rootsSample();
const ownSample = (fields: Record<string, unknown>) =>
  statementSample({ attestationRootCertificates: roots, ...fields });
const head = { no: 10, takenAt: 0, source: 'a test' };
const payloadOf = (entries: unknown[]) =>
  readPayload(Buffer.from(JSON.stringify(payloadSample({ entries }))));

describe('statements of this installation', () => {
  const own = 'aaaaaaaa-1111-4222-8333-444444444444';

  it('stand beside those of FIDO', async () => {
    put('own.json', ownSample({ aaguid: own, description: 'Our Badge', keyProtection: ['tee'] }));
    put('notes.txt', 'is not read');
    const loaded = loadedOf(readLocalStatements(folder), { head, payload: await payloadOf([entrySample()]) });
    const { icon, ...model } = modelIn(loaded, own, Date.now()) ?? {};
    assert.ok(icon);
    assert.deepEqual(model, {
      ...{ aaguid: own, name: 'Our Badge', isLocal: true, keyProtection: ['tee'], statuses: [] },
      ...{ attestationTypes: ['basic_full'], attestationRoots: roots },
    });
    assert.equal(modelIn(loaded, exampleKey, Date.now())?.isLocal, false);
  });

  it('take the place of FIDO’s, and hide nothing that was reported', async () => {
    put('broken.json', ownSample({ aaguid: brokenKey, description: 'As We Call It' }));
    const reported = entrySample({ aaguid: brokenKey }, [{ status: 'REVOKED', effectiveDate: '2023-12-20' }]);
    const loaded = loadedOf(readLocalStatements(folder), { head, payload: await payloadOf([reported]) });
    const model = modelIn(loaded, brokenKey, Date.now());
    assert.deepEqual([model?.name, model?.isLocal, model?.statuses], ['As We Call It', true, ['REVOKED']]);
  });

  it('that are wrong are all named, each with file and field', () => {
    put('fields.json', statementSample({ aaguid: 'none', attestationRootCertificates: ['not base64!'] }));
    put('text.json', '{ "aaguid": ');
    put('list.json', []);
    assert.throws(
      () => readLocalStatements(folder),
      (error) => {
        assert.ok(error instanceof ConfigError);
        const said = error.message;
        assert.match(
          said,
          /fields\.json has no aaguid as a metadata statement has it: put an AAGUID such as /,
        );
        assert.match(said, /fields\.json has no attestationRootCertificates/);
        assert.match(said, /text\.json is no JSON/);
        assert.match(said, /list\.json has no metadata statement: it must be one JSON object/);
        assert.doesNotMatch(said, /own\.json/);
        return true;
      },
    );
    assert.throws(
      () => readLocalStatements(join(folder, 'missing')),
      /missing, which cannot be read \(ENOENT\)/,
    );
  });

  it('O23 are named without anything that steers a terminal or the direction of text', async () => {
    const payload = await payloadOf([entrySample({ description: 'Key\u001b[31m\u202eone\n' })]);
    assert.equal(modelIn(loadedOf([], { head, payload }), exampleKey, Date.now())?.name, 'Key [31m one');
  });

  it('W15 keep what speaks against a model, whatever else of its entry is not understood', async () => {
    const today = Date.now();
    const statusesOf = async (statement: object, reports: object[]) => {
      const entry = { ...entrySample({ ...statement }), statusReports: reports };
      const payload = await payloadOf([entry]);
      return [payload.notUnderstood, modelIn(loadedOf([], { head, payload }), exampleKey, today)?.statuses];
    };
    const certified = { status: 'FIDO_CERTIFIED_L1', effectiveDate: '2024-01-01' };
    const revoked = { status: 'REVOKED', effectiveDate: '2024-02-01' };
    const unreadable = { description: 'x'.repeat(201) };
    assert.deepEqual(await statusesOf(unreadable, [certified, revoked]), [1, ['REVOKED']]);
    assert.deepEqual(await statusesOf(unreadable, [certified]), [1, undefined]);
    const odd = { ...revoked, effectiveDate: '2024-02-01T00:00:00Z' };
    assert.deepEqual(await statusesOf({}, [certified, odd, { status: 7 }]), [0, ['REVOKED']]);
  });

  it('hold words that are known and certificates that can be read', () => {
    const slips = {
      keyProtection: ['hardwear'],
      attestationTypes: ['full'],
      attestationRootCertificates: ['MIIB'],
    };
    for (const [field, value] of Object.entries(slips)) {
      put('slip.json', ownSample({ aaguid: own, [field]: value }));
      assert.throws(
        () => readLocalStatements(folder),
        new RegExp(`slip\\.json has no ${field} as a metadata statement has it: put a list of `),
      );
    }
    rmSync(join(folder, 'slip.json'));
  });

  it('of two entries for one model, what both report holds', async () => {
    const entries = [
      entrySample({}, [{ status: 'REVOKED', effectiveDate: '2024-02-01' }]),
      entrySample({}, [{ status: 'FIDO_CERTIFIED_L1', effectiveDate: '2024-01-01' }]),
    ];
    const loaded = loadedOf([], { head, payload: await payloadOf(entries) });
    assert.deepEqual(modelIn(loaded, exampleKey, Date.now())?.statuses, ['REVOKED']);
  });
});
