import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { ceremonyProbes } from './ceremony-probes.ts';
import { parseArchitecture } from './model.ts';
import { storageProbes } from './storage-probes.ts';
import { verifyArchitecture } from './verify.ts';

const text = readFileSync(new URL('../../docs/architecture/latchkey.calm.json', import.meta.url), 'utf8');

interface Provider {
  userVerification?: string;
  rpId?: string;
  /** Whether it looks at the origin of an answer. */
  bound?: boolean;
  /** What the audit says of a refusal, whatever it was for. */
  reason?: string;
  /** Whether the account page leads to a sign-in page. */
  signsIn?: boolean;
}

/** A sign-in page, an answer to it, and an audit; as a provider has them, in few lines. */
async function openProvider(settings: Provider) {
  const {
    userVerification = 'required',
    rpId = 'localhost',
    bound = true,
    reason,
    signsIn = true,
  } = settings;
  const reasons: string[] = [];
  let issuer = '';
  const page = {
    options: { challenge: 'x', rpId, userVerification },
    urls: { login: '/interaction/1/login' },
  };
  const server = createServer(async (request, response) => {
    if (request.url === '/account') return void response.writeHead(303, { location: '/interaction/1' }).end();
    if (request.method !== 'POST')
      return void response.end(
        signsIn
          ? `<script type="application/json" id="page-data">${JSON.stringify(page)}</script>`
          : 'set up first',
      );
    const body = (await json(request)) as { response: { response: { clientDataJSON: string } } };
    const clientData = JSON.parse(Buffer.from(body.response.response.clientDataJSON, 'base64url').toString());
    const foreign = bound && clientData.origin !== issuer;
    reasons.unshift(reason ?? (foreign ? 'origin_not_listed' : 'passkey_unknown'));
    response.writeHead(400).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    context: { issuer, refusals: async () => reasons },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function look(provider: Provider) {
  await using opened = await openProvider(provider);
  const { issuer } = opened.context;
  const { rows } = await verifyArchitecture(parseArchitecture(text), ceremonyProbes, {
    context: opened.context,
    values: { issuer, host: 'localhost' },
  });
  return Object.fromEntries(rows.map(({ control, state }) => [control, state]));
}

describe('the probes of the ceremonies', () => {
  it('pass where user verification is required and answers are bound to the origin', async () => {
    const states = await look({});
    assert.deepEqual([states['user-verification-required'], states['origin-bound']], ['passed', 'passed']);
  });

  const broken: Record<string, [provider: Provider, control: string, state: string]> = {
    'user verification that is preferred alone': [
      { userVerification: 'preferred' },
      'user-verification-required',
      'differs',
    ],
    'another RP ID': [{ rpId: 'example.com' }, 'origin-bound', 'differs'],
    'an answer from anywhere': [{ bound: false }, 'origin-bound', 'differs'],
    'an origin of its own that is refused': [{ reason: 'origin_not_listed' }, 'origin-bound', 'differs'],
    'a reason that stands elsewhere': [{ reason: 'passkey_rejected' }, 'origin-bound', 'not probed'],
    'a server without an administrator': [{ signsIn: false }, 'user-verification-required', 'not probed'],
  };
  for (const [what, [provider, control, state]] of Object.entries(broken))
    it(`tell ${what}`, async () => assert.equal((await look(provider))[control], state));
});

describe('the probe of the storages', () => {
  const lookAt = async (context: Parameters<(typeof storageProbes)[0]['run']>[1]) => {
    const { rows } = await verifyArchitecture(parseArchitecture(text), storageProbes, {
      context,
      values: {},
    });
    return rows.find(({ relationship }) => relationship === 'authentication-service-uses-storage');
  };
  const storage = (empty: boolean, others?: string[]) => ({
    passkeys: { isEmpty: async () => empty },
    ...(others && { readableElsewhere: async () => others }),
  });

  it('passes where no passkey is held and no other database read, and tells each', async () => {
    const manager = {};
    assert.equal((await lookAt({ manager, storage: storage(true, []) }))?.state, 'passed');
    const held = await lookAt({ manager, storage: storage(false, []) });
    assert.deepEqual([held?.state, held?.seen], ['differs', 'holds passkeys, reads no other database']);
    const read = await lookAt({ manager, storage: storage(true, ['passkeys']) });
    assert.equal(read?.state, 'differs');
    assert.match(read?.seen ?? '', /passkeys: not enforced by this server/);
  });

  it('has no means in one process, and where a storage is a file', async () => {
    for (const context of [{ storage: storage(true, []) }, { manager: {}, storage: storage(true) }])
      assert.equal((await lookAt(context))?.state, 'not probed');
  });
});
