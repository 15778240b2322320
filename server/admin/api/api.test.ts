import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openOffice } from '../../testing/api-office.ts';

const as = 'administrator';
const newGroup = (name = 'Readers') => ({ as, body: { name } });

describe('a record', () => {
  it('has an ETag, and is changed only if it is still what was read', async () => {
    await using office = await openOffice();
    const { headers, body } = await office.ask('GET /groups/Editors', { as });
    assert.equal(headers.etag, `"${body.revision}"`);
    const change = (ifMatch: string, name: string) =>
      office.ask('PATCH /groups/Editors', {
        as,
        body: { description: name },
        headers: { 'If-Match': ifMatch },
      });
    const changed = await change(String(headers.etag), 'They edit.');
    assert.deepEqual([changed.status, changed.headers.etag], [200, `"${body.revision + 1}"`]);
    const late = await change(String(headers.etag), 'They read.');
    assert.deepEqual([late.status, late.body.code], [409, 'conflict']);
    assert.equal((await change('nonsense', 'x')).body.code, 'field_invalid');
    assert.equal((await office.ask('GET /groups/Editors', { as })).body.description, 'They edit.');
  });

  it('I2 is changed by one of many who read the same', async () => {
    await using office = await openOffice();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        office.ask('PATCH /apps/wiki', { as, body: { name: `Wiki ${i}` }, headers: { 'If-Match': '"1"' } }),
      ),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal(answers.filter(({ body }) => body.code === 'conflict').length, 19);
  });
});

describe('an Idempotency-Key', () => {
  const headers = { 'Idempotency-Key': 'one' };

  it('gives the first answer again, and nothing is done twice', async () => {
    await using office = await openOffice();
    const first = await office.ask('POST /apps/wiki/secrets', { as, headers });
    const again = await office.ask('POST /apps/wiki/secrets', { as, headers });
    assert.deepEqual(again.body, first.body);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.equal(first.headers['idempotency-replayed'], undefined);
    assert.equal((await office.storage.apps.findById('wiki'))?.secrets.length, 2);
  });

  it('I4 keeps answers sealed: a secret that is shown once stands nowhere', async () => {
    await using office = await openOffice();
    const { body } = await office.ask('POST /apps/wiki/secrets', { as, headers });
    const kept = await office.storage.artifacts.find(
      office.vault.idOf('ApiAnswer', `account ${office.people.administrator.id} one`),
    );
    assert.ok(kept && !JSON.stringify(kept).includes(body.secret));
  });

  it('O29 gives nothing again to who may not ask for it any more, or by a token that may not', async () => {
    await using office = await openOffice();
    const ask = (who: string) =>
      office.ask('POST /people', { as: who, body: { userName: 'grace' }, headers });
    assert.match((await ask('app~people.read~people.write')).body.link?.url ?? '', /token=/);
    const lesser = await ask('app~people.read');
    assert.deepEqual([lesser.status, lesser.body.code, lesser.body.link], [403, 'forbidden', undefined]);
    const { administrator } = office.people;
    const rotate = () => office.ask('POST /apps/wiki/secrets', { as, headers });
    assert.ok((await rotate()).body.secret);
    const now = await office.storage.accounts.findById(administrator.id);
    assert.ok(now);
    await office.storage.accounts.update(
      { ...now, role: 'support', revision: now.revision + 1 },
      now.revision,
    );
    assert.deepEqual([(await rotate()).status, (await rotate()).body.secret], [403, undefined]);
  });

  it('is refused with another request, and is another one for somebody else', async () => {
    await using office = await openOffice();
    await office.ask('POST /groups', { ...newGroup(), headers });
    const other = await office.ask('POST /groups', { ...newGroup('Writers'), headers });
    assert.deepEqual([other.status, other.body.code], [422, 'idempotency_key_reused']);
    const robot = 'app~groups.write';
    const { status } = await office.ask('POST /groups', { as: robot, body: { name: 'Robots' }, headers });
    assert.equal(status, 200);
  });

  it('I2 of 20 at once one does it, and the others wait or get its answer', async () => {
    await using office = await openOffice();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => office.ask('POST /groups', { ...newGroup(), headers })),
    );
    const done = answers.filter(({ status }) => status === 200);
    assert.ok(done.length >= 1);
    assert.equal(new Set(done.map(({ body }) => body.id)).size, 1);
    assert.ok(answers.every(({ status, body }) => status === 200 || body.code === 'conflict'));
    assert.equal((await office.storage.groups.list({ limit: 10 })).items.length, 2);
  });

  it('keeps nothing of a failure, so that it can be tried again', async () => {
    await using office = await openOffice();
    const body = { name: 'Editors' };
    assert.equal((await office.ask('POST /groups', { as, body, headers })).body.code, 'field_invalid');
    await office.machine.groups.remove({ group: 'Editors' });
    assert.equal((await office.ask('POST /groups', { as, body, headers })).status, 200);
  });
});

describe('an error', () => {
  it('is a problem of RFC 9457 that names every field and what is wrong with it', async () => {
    await using office = await openOffice();
    const body = {
      name: 'X',
      kind: 'web',
      redirectUris: ['http://x.example.com/', 'https://x.example.com/#a'],
    };
    const { status, headers, body: problem } = await office.ask('POST /apps', { as, body });
    assert.equal(status, 400);
    assert.match(String(headers['content-type']), /^application\/problem\+json/);
    assert.equal(problem.type, 'http://localhost:3000/api/v1#field_invalid');
    assert.deepEqual(
      problem.errors.map(({ field }) => field),
      ['redirectUris', 'redirectUris'],
    );
    assert.match(problem.errors[0]?.message ?? '', /begins with http/);
    assert.match(problem.requestId, /^[0-9a-f]{16}$/);
  });

  it('says why to whoever was let in, and to nobody else', async () => {
    await using office = await openOffice();
    const refused = await office.ask('POST /people/administrator/disable', { as: 'support' });
    assert.match(refused.body.detail ?? '', /beyond what you may do yourself/);
    assert.equal((await office.ask('GET /people', { as: 'no-such-token' })).body.detail, undefined);
  });

  it('O20 is one for what is no JSON, too large, or no object, and for an unknown address', async () => {
    await using office = await openOffice();
    const post = async (text: string, type = 'application/json') =>
      office.ask('POST /groups', { as, text, headers: { 'Content-Type': type } });
    assert.equal((await post('{')).body.code, 'bad_request');
    assert.equal((await post('[1]')).body.code, 'bad_request');
    assert.equal((await post('{}', 'text/plain')).body.code, 'unsupported_media_type');
    assert.equal((await post(`{"name":"${'x'.repeat(100_000)}"}`)).body.code, 'body_too_large');
    assert.equal((await office.ask('GET /nothing', { as })).body.code, 'not_found');
    assert.equal((await office.ask('PATCH /groups', { as, body: {} })).body.code, 'method_not_allowed');
  });

  it('O18 does not let a body reach a prototype, or fields that are not its own', async () => {
    await using office = await openOffice();
    const text = '{"__proto__":{"role":"administrator"},"userName":"eve"}';
    await office.ask('POST /people', { as, text, headers: { 'Content-Type': 'application/json' } });
    assert.equal(({} as { role?: string }).role, undefined);
    const body = { userName: 'mallory', emailVerified: true, sub: 'x', groups: ['y'] };
    assert.equal((await office.ask('POST /people', { as, body })).body.code, 'field_invalid');
    assert.notEqual((await office.storage.accounts.findByUserNameKey('eve'))?.role, 'administrator');
  });
});

describe('a list', () => {
  it('comes in pages, each named by the one before', async () => {
    await using office = await openOffice();
    const names: string[] = [];
    for (let after = ''; ; ) {
      const { body } = await office.ask(`GET /people?limit=2${after && `&after=${after}`}`, { as });
      names.push(...body.items.map(({ userName }) => userName));
      if (!body.next) break;
      after = encodeURIComponent(body.next);
    }
    assert.deepEqual(names, ['administrator', 'auditor', 'other', 'person', 'support']);
    assert.equal((await office.ask('GET /people?limit=201', { as })).body.code, 'field_invalid');
    assert.equal((await office.ask('GET /people?limit=1&limit=2', { as })).body.code, 'field_invalid');
  });
});

describe('whoever asks too often', () => {
  it('O26 is told when to come back, and nobody else is', async () => {
    await using office = await openOffice({ attempts: 5 });
    for (let i = 0; i < 5; i += 1) await office.ask('GET /groups', { as });
    const refused = await office.ask('GET /groups', { as });
    assert.deepEqual([refused.status, refused.body.code], [429, 'too_many_requests']);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal((await office.ask('GET /groups', { as: 'auditor' })).status, 200);
  });
});
