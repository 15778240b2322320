import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { roleScopes } from '../../accounts/role-scopes.ts';
import { errorTable } from '../../errors.ts';
import { type Answer, type Office, openOffice } from '../../testing/api-office.ts';
import { apiSamples } from '../../testing/api-samples.ts';
import { requestOf } from '../http-mapping.ts';
import { type ApiOperation, apiOperations, openApi } from './openapi.ts';

const document = openApi({ issuer: 'http://localhost:3000', version: '1.2.3' });
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(document, 'api');

function holds(pointer: string, value: unknown): void {
  const validate = ajv.getSchema(`api#${pointer}`);
  assert.ok(validate, pointer);
  assert.ok(validate(value), `${pointer} ${ajv.errorsText(validate.errors)} ${JSON.stringify(value)}`);
}

const escaped = (part: string) =>
  part.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');

/** An answer is what the document says: a status that it names, and a body of that shape. */
function isAsDocumented(each: ApiOperation, { status, headers, body }: Answer): void {
  const at = `/paths/${escaped(each.path)}/${each.method.toLowerCase()}/responses/${status}/content`;
  const type = status === 200 ? 'application/json' : 'application/problem+json';
  assert.ok(String(headers['content-type']).startsWith(type), `${each.id}: ${headers['content-type']}`);
  holds(`${at}/${escaped(type)}/schema`, body);
}

async function ask(office: Office, each: ApiOperation, { as, input }: { as: string; input: object }) {
  const { method, path, headers, body } = requestOf(each.operation, input as Record<string, unknown>);
  return office.ask(`${method} ${path}`, { as, headers, ...(body && { body }) });
}

const sampleOf = ({ id }: ApiOperation) => {
  const sample = apiSamples[id];
  assert.ok(sample, `${id} has no sample in server/testing/api-samples.ts`);
  return sample;
};

describe('the description of the API', () => {
  it('is OpenAPI 3.1 with an operation for each one of the table', () => {
    assert.equal(document.openapi, '3.1.0');
    const ids = Object.values(document.paths as Record<string, Record<string, { operationId: string }>>)
      .flatMap((path) => Object.values(path))
      .map(({ operationId }) => operationId);
    assert.deepEqual(ids.toSorted(), apiOperations.map(({ id }) => id).toSorted());
    assert.equal(new Set(apiOperations.map(({ method, path }) => `${method} ${path}`)).size, ids.length);
  });

  it('has every reference that it makes', () => {
    const text = JSON.stringify(document);
    const { schemas } = document.components as { schemas: Record<string, unknown> };
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      assert.ok(name in schemas, name);
    assert.ok(!text.includes('$defs'));
  });

  it('is compiled by a validator of JSON Schema, every part of it', () => {
    for (const each of apiOperations)
      assert.ok(
        ajv.getSchema(
          `api#/paths/${escaped(each.path)}/${each.method.toLowerCase()}/responses/200/content/application~1json/schema`,
        ),
        each.id,
      );
  });
});

for (const each of apiOperations)
  describe(`${each.operation.http} (${each.id})`, () => {
    let office: Office;
    before(async () => {
      office = await openOffice();
    });
    after(() => office[Symbol.asyncDispose]());

    it('O29 answers nobody without a token, nor with a wrong one, and says where to get one', async () => {
      const { method, path } = requestOf(each.operation, (sampleOf(each).input?.(office) as never) ?? {});
      for (const as of [undefined, 'no-such-token']) {
        const refused = await office.ask(`${method} ${path}`, { ...(as && { as }) });
        assert.equal(refused.status, 401);
        assert.match(String(refused.headers['www-authenticate']), /^Bearer /);
        assert.equal(refused.body.code, 'token_invalid');
        isAsDocumented(each, refused);
      }
    });

    it('O29 refuses every role and every app without its scope, and changes nothing', async () => {
      const input = sampleOf(each).input?.(office) ?? {};
      const lacking = Object.entries(roleScopes).filter(
        ([, scopes]) => !scopes.includes(each.operation.scope),
      );
      const events = await office.eventTypes();
      for (const as of [...lacking.map(([role]) => role), 'app', 'app~nothing.read']) {
        const refused = await ask(office, each, { as, input });
        assert.equal(refused.body?.code, 'forbidden', `${as}: ${JSON.stringify(refused.body)}`);
        isAsDocumented(each, refused);
      }
      assert.deepEqual(await office.eventTypes(), events);
    });

    it('refuses a field that it does not know', async () => {
      const input = { ...sampleOf(each).input?.(office), emailVerifiedByMe: 'yes' };
      const refused = await ask(office, each, { as: 'administrator', input });
      assert.equal(refused.body.code, 'field_invalid', JSON.stringify(refused.body));
      isAsDocumented(each, refused);
    });

    it('has a request for every error that it announces', () => {
      const { errors = {}, races = [] } = sampleOf(each);
      const announced = new Set(each.operation.errors ?? []);
      assert.deepEqual([...Object.keys(errors), ...races].sort(), [...announced].sort());
    });

    for (const [code, sample] of Object.entries(apiSamples[each.id]?.errors ?? {}))
      it(`answers ${code}`, async () => {
        await using fresh = await openOffice();
        await sample.prepare?.(fresh);
        const refused = await ask(fresh, each, {
          as: sample.as ?? 'administrator',
          input: sample.input?.(fresh) ?? {},
        });
        assert.equal(refused.body.code, code, JSON.stringify(refused.body));
        assert.equal(refused.status, errorTable[code as keyof typeof errorTable].status);
        isAsDocumented(each, refused);
      });

    it('answers an administrator as it says', async () => {
      const sample = sampleOf(each);
      await sample.prepare?.(office);
      const answer = await ask(office, each, { as: 'administrator', input: sample.input?.(office) ?? {} });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      isAsDocumented(each, answer);
      assert.ok(!/hmac-sha256:|sealed|"publicKey"|userNameKey/.test(JSON.stringify(answer.body)));
    });
  });
