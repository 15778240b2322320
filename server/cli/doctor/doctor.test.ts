import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Finding } from '../../admin/about-server.ts';
import { AppError } from '../../errors.ts';
import { givePasskey, openAdministration } from '../../testing/administration.ts';
import { failureLines } from '../failure.ts';
import { examineDisk } from './disk.ts';
import { examinePasskeys } from './passkeys.ts';
import { examineRevocations } from './revocations.ts';
import { examineServer } from './server-answers.ts';

const localhost = { rpId: 'localhost', origins: ['http://localhost:3000'] };
const relyingParties = [localhost] as const;

const seenBy = ({ storage, manager }: Awaited<ReturnType<typeof openAdministration>>) => ({
  accounts: storage.accounts,
  manager: manager.as('administration'),
});

describe('the doctor, about the RP ID', () => {
  it('says how the first administrator comes in', async () => {
    await using installation = await openAdministration();
    const finding = await examinePasskeys({ relyingParties }, seenBy(installation));
    assert.equal(finding.state, 'warning');
    assert.match(finding.remedy ?? '', /latchkey setup-link/);
  });

  it('is content with an administrator who has a passkey for it', async () => {
    await using installation = await openAdministration();
    await administratorWithPasskey(installation, 'localhost');
    assert.equal((await examinePasskeys({ relyingParties }, seenBy(installation))).state, 'ok');
  });

  it('finds that the host name changed, and says what to do', async () => {
    await using installation = await openAdministration();
    await administratorWithPasskey(installation, 'old.example.com');
    const finding = await examinePasskeys({ relyingParties }, seenBy(installation));
    assert.equal(finding.state, 'failed');
    assert.match(
      finding.says,
      /is localhost, but no administrator has a passkey for it \(theirs are for old\.example\.com\)/,
    );
    assert.match(finding.remedy ?? '', /setup-link --for ada.*LATCHKEY_PASSKEY_ORIGINS/);
  });

  it('does not count a passkey that is suspended', async () => {
    await using installation = await openAdministration();
    await administratorWithPasskey(installation, 'localhost', { status: 'suspended' });
    assert.equal((await examinePasskeys({ relyingParties }, seenBy(installation))).state, 'failed');
  });

  it('counts none of a model that was found broken, unless it still signs in', async () => {
    for (const [modelAction, state] of [
      ['block', 'failed'],
      ['ask', 'ok'],
    ] as const) {
      await using installation = await openAdministration();
      await administratorWithPasskey(installation, 'localhost', { modelAlert: ['REVOKED'], modelAction });
      const finding = await examinePasskeys({ relyingParties }, seenBy(installation));
      assert.equal(finding.state, state);
      if (state === 'failed') assert.match(finding.remedy ?? '', /setup-link --for ada.*metadata affected/);
    }
  });
});

describe('the doctor, about revoked authenticators', () => {
  it('finds a folder that was named and is not there, and misses none that nobody named', () => {
    const [finding] = examineRevocations({ dataDir: '/data', attestationRevocations: '/revocaitons' });
    assert.match(
      finding?.says ?? '',
      /LATCHKEY_ATTESTATION_REVOCATIONS is \/revocaitons, which is not there/,
    );
    const usual = { dataDir: '/data', attestationRevocations: join('/data', 'revocations') };
    assert.deepEqual(examineRevocations(usual), []);
  });
});

describe('the doctor, about a running server', () => {
  it('finds one that says another issuer', async () => {
    await using server = await serve(() => ({ issuer: 'http://other.example' }));
    const findings = await examineServer(config(server.origin), Date.now);
    assert.equal(stateOf(findings, 'issuer'), 'failed');
  });

  it('finds one that is no OpenID provider', async () => {
    await using server = await serve(() => 'hello');
    assert.equal(stateOf(await examineServer(config(server.origin), Date.now), 'issuer'), 'failed');
  });

  it('O17 finds one that believes a forged host', async () => {
    await using server = await serve(({ headers }, origin) => ({
      issuer: origin,
      token_endpoint: `http://${headers['x-forwarded-host'] ?? 'right'}/token`,
    }));
    const findings = await examineServer(config(server.origin), Date.now);
    assert.deepEqual([stateOf(findings, 'issuer'), stateOf(findings, 'proxy headers')], ['ok', 'failed']);
  });

  it('finds another server at the address of this one, by its keys', async () => {
    await using server = await serve(({ url }, origin) =>
      url === '/jwks' ? { keys: [{ kid: 'theirs' }] } : { issuer: origin },
    );
    const state = async (id: string) =>
      stateOf(await examineServer(config(server.origin), Date.now, [{ id }]), 'issuer');
    assert.equal(await state('theirs'), 'ok');
    assert.equal(await state('ours'), 'failed');
  });

  it('finds a clock that is wrong', async () => {
    await using server = await serve((_request, origin) => ({ issuer: origin }));
    const state = async (skew: number) =>
      stateOf(await examineServer(config(server.origin), () => Date.now() + skew), 'clock');
    assert.equal(await state(0), 'ok');
    assert.equal(await state(5 * 60_000), 'failed');
    assert.equal(await state(-5 * 60_000), 'failed');
  });

  it('says that it could not look when none is running', async () => {
    const findings = await examineServer(config('http://localhost:1'), Date.now);
    assert.deepEqual(
      findings.map(({ state }) => state),
      ['skipped', 'skipped', 'ok'],
    );
  });

  it('warns where a gateway is needed and none is trusted', async () => {
    const behind = { ...config('https://localhost:1'), onLocalhost: false };
    const [, , proxy] = await examineServer(behind, Date.now);
    assert.equal(proxy?.state, 'warning');
    const [, , trusted] = await examineServer({ ...behind, trustedProxies: ['10.0.0.0/8'] }, Date.now);
    assert.equal(trusted?.state, 'ok');
  });
});

describe('the doctor, about the disk', () => {
  it('looks at the folder of an SQLite file only', async () => {
    assert.equal((await examineDisk({ storageUrl: 'mongodb://localhost/latchkey' })).state, 'skipped');
    assert.match((await examineDisk({ storageUrl: 'sqlite:./latchkey.sqlite' })).says, /MiB are free/);
    assert.equal((await examineDisk({ storageUrl: 'sqlite:/nowhere/latchkey.sqlite' })).state, 'skipped');
  });
});

describe('what a command says of a failure', () => {
  it('holds no password of the storage', () => {
    const said = failureLines(new Error('connect mongodb://latchkey:hunter2@db.example:27017 failed'));
    assert.equal(said, 'connect mongodb://latchkey:…@db.example:27017 failed');
  });

  it('is the precise sentence alone where there is one, and otherwise the next step too', () => {
    const precise = new AppError('conflict', { detail: 'there is an administrator already' });
    assert.equal(failureLines(precise), 'There is an administrator already.');
    assert.match(
      failureLines(new AppError('conflict', { detail: 'id-1' })),
      /changed meanwhile.*\n {2}id-1$/,
    );
    assert.match(
      failureLines(new AppError('last_administrator')),
      /`latchkey user invite NAME --administrator`/,
    );
  });
});

type Installation = Awaited<ReturnType<typeof openAdministration>>;

async function administratorWithPasskey(
  { machine, storage }: Installation,
  rpId: string,
  passkey: Parameters<typeof givePasskey>[2] = {},
): Promise<void> {
  const { account } = await machine.people.invite({ userName: 'ada', name: 'Ada', role: 'administrator' });
  await givePasskey(storage, account, { rpId, ...passkey });
}

function config(issuer: string) {
  return {
    issuer,
    onLocalhost: true,
    listen: { host: '127.0.0.1', port: 3000, setting: 'LATCHKEY_ISSUER' },
    trustedProxies: [] as string[],
  };
}

function stateOf(findings: readonly Finding[], check: string): string | undefined {
  return findings.find((finding) => finding.check === check)?.state;
}

/** A server that answers discovery with what `answer` makes of a request. */
async function serve(answer: (request: IncomingMessage, origin: string) => unknown) {
  const server = createServer((request, response) => response.end(JSON.stringify(answer(request, origin))));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
