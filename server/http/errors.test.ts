import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Router from '@koa/router';
import { AppError, ConflictError, StorageError } from '../errors.ts';
import { startApplication } from '../testing/http-fixture.ts';

const secret = 'SECRET-IN-A-CAUSE';

const failures: Record<string, () => never> = {
  '/app': () => {
    throw new AppError('passkey_rejected', { detail: 'counter moved', cause: new Error(secret) });
  },
  '/field': () => {
    throw new AppError('field_invalid', { field: 'userName', reason: 'userNameEnds', detail: 'a.' });
  },
  '/bug': () => {
    throw new TypeError(`cannot read ${secret}`);
  },
  '/away': () => {
    throw new StorageError('unreachable', secret);
  },
  '/conflict': () => {
    throw new ConflictError('userNameKey');
  },
  '/text': () => {
    throw secret;
  },
  '/null': () => {
    throw null;
  },
};

const start = (options = {}) =>
  startApplication((app) => {
    const router = new Router().get('/only-get', (ctx) => {
      ctx.body = 'x';
    });
    for (const [path, fail] of Object.entries(failures)) router.get(path, fail);
    app.use(router.routes()).use(router.allowedMethods());
  }, options);

const page = { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

describe('errors', () => {
  it('are JSON for scripts and a page for people, with the request id on both', async () => {
    await using app = await start();
    const json = await app.send('/app', { headers: { Accept: '*/*' } });
    const { requestId, ...shown } = JSON.parse(json.body);
    assert.deepEqual(shown, {
      error: 'passkey_rejected',
      message: 'The passkey could not be verified. Please try again.',
    });
    assert.equal(requestId, json.headers['x-request-id']);
    assert.equal(json.status, 400);
    const html = await app.send('/app', page);
    assert.match(html.headers['content-type'] ?? '', /text\/html/);
    assert.match(html.body, /<h1>passkey_rejected<\/h1>/);
  });

  it('name the field and the rule that it breaks', async () => {
    await using app = await start();
    const { field, reason } = JSON.parse((await app.send('/field', { headers: { Accept: '*/*' } })).body);
    assert.deepEqual([field, reason], ['userName', 'userNameEnds']);
  });

  it('never show detail, cause or stack, which are in the log', async () => {
    await using app = await start();
    for (const path of Object.keys(failures)) {
      const { body, headers } = await app.send(path, page);
      assert.doesNotMatch(body + JSON.stringify(headers), /SECRET|counter|\.ts|Error/, path);
    }
    const log = app.lines.join('');
    assert.match(log, /cannot read SECRET-IN-A-CAUSE/);
    assert.match(log, /counter moved/);
    assert.match(log, /errors\.test\.ts/);
  });

  it('that are unknown are internal', async () => {
    await using app = await start();
    for (const path of ['/bug', '/text', '/null']) {
      const { status, body } = await app.send(path);
      assert.deepEqual([status, JSON.parse(body).error], [500, 'internal'], path);
    }
  });

  it('of the storage ask to come again', async () => {
    await using app = await start();
    const { status, headers } = await app.send('/away');
    assert.deepEqual([status, headers['retry-after']], [503, '5']);
    assert.equal((await app.send('/conflict')).status, 409);
  });

  it('are 404 where there is nothing and 405 with Allow where the method is wrong', async () => {
    await using app = await start();
    assert.equal(JSON.parse((await app.send('/nothing')).body).error, 'not_found');
    assert.match((await app.send('/nothing', page)).body, /not_found/);
    const { status, headers, body } = await app.send('/only-get', {
      method: 'PUT',
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    });
    assert.deepEqual(
      [status, JSON.parse(body).error, headers.allow],
      [405, 'method_not_allowed', 'HEAD, GET'],
    );
  });

  it('still say something when the error page itself fails', async () => {
    await using app = await start({
      renderErrorPage: () => {
        throw new Error(secret);
      },
    });
    const { status, body, headers } = await app.send('/bug', page);
    assert.equal(status, 500);
    assert.match(body, /Something went wrong on our side/);
    assert.match(headers['content-type'] ?? '', /text\/plain/);
  });
});
