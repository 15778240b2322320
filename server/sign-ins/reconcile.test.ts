import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { before, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openStorage } from '../../adapters/open.ts';
import { runCommand } from '../cli/program.ts';
import { macOf } from '../receipts/evidence.ts';
import { rotateReceiptKey, stageReceiptKey } from '../receipts/keys.ts';
import type { Account, AuditEvent, SignIn } from '../storage.ts';
import type { TestBrowser } from '../testing/browser.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { addPasskey } from '../testing/own-account.ts';
import { signInElsewhere } from '../testing/sign-out.ts';
import type { Discrepancy } from './discrepancy.ts';

interface Told {
  more: number;
  signIns: number;
  receipts: number;
  refused: number;
  discrepancies: Discrepancy[];
}

onEveryStorage('the reconciliation of sign-ins and receipts', (start) => {
  let installation: TestInstallation;
  let attacker: TestBrowser;

  before(async () => {
    installation = await start();
    const person = await setUp(installation);
    await addPasskey(person);
    await signInElsewhere(installation, person);
    await signInElsewhere(installation, await addPerson(installation, { name: 'Grace', userName: 'grace' }));
    attacker = await addPerson(installation, { name: 'Eve', userName: 'eve' });
  });

  async function audit(...args: string[]) {
    const { config, origin } = installation;
    const written = { out: '', err: '' };
    const code = await runCommand(['audit', 'reconcile', ...args], {
      env: {
        LATCHKEY_ISSUER: origin,
        LATCHKEY_DATA_DIR: config.dataDir,
        LATCHKEY_STORAGE: config.storageUrl,
        LATCHKEY_SECRET: config.secret,
      },
      openStorage,
      restoreStorage: async () => {},
      out: (text) => {
        written.out += text;
      },
      err: (text) => {
        written.err += text;
      },
      // What happened within the last minutes may be under way.
      now: () => Date.now() + 10 * 60_000,
      forPeople: true,
    });
    return { code, ...written };
  }

  async function told(...args: string[]): Promise<Told & { code: number }> {
    const { code, out } = await audit('--json', ...args);
    return { code, ...JSON.parse(out) };
  }

  const signInsOf = async (userName: string): Promise<SignIn[]> => {
    const { accounts, signIns } = installation.storage;
    const account = (await accounts.findByUserNameKey(userName)) ?? assert.fail();
    return (await signIns.listByAccount(account.id, { limit: 10 })).items;
  };

  const accountOf = async (userName: string) =>
    (await installation.storage.accounts.findByUserNameKey(userName)) ?? assert.fail();

  const found = ({ discrepancies }: Told) => discrepancies.map(({ kind, id }) => [kind, id]);

  it('finds that both tell the same story, and says how far it is', async () => {
    const { code, out, err } = await audit();
    assert.equal(code, 0, out);
    assert.match(out, /Looked at 5 sign-ins and 7 receipts; refused: 0\.\nThey tell the same story\./);
    assert.match(err, /Comparing … 100 %/);
  });

  it('verifies what a key signed that has been retired since', async () => {
    const { storage, secret } = installation;
    const dependencies = { receiptKeys: storage.receiptKeys, secret, now: () => Date.now() };
    await stageReceiptKey(dependencies);
    await rotateReceiptKey(dependencies);
    assert.deepEqual(found(await told()), []);
  });

  it('F17 finds sign-ins that nothing vouches for, and receipts that are of something else', async () => {
    const { signIns } = installation.storage;
    const [ada] = await signInsOf('ada');
    const [grace] = await signInsOf('grace');
    if (!ada?.receipt || !grace?.receipt) assert.fail('sign-ins have receipts');
    const forged = (more: Partial<SignIn>) => ({
      ...ada,
      id: randomBytes(16).toString('base64url'),
      ...more,
    });
    const [header, payload, signature = ''] = ada.receipt.split('.');
    const { receipt, ...bare } = forged({});
    const expected: [Discrepancy['kind'], SignIn][] = [
      ['sign_in_without_receipt', bare],
      ['receipt_invalid', forged({ receipt: `${header}.${payload}.${signature.toLowerCase()}` })],
      ['receipt_invalid', forged({ receipt: 'a.b.c' })],
      ['receipt_mismatch', forged({})],
    ];
    for (const [, signIn] of expected) await signIns.insert(signIn);
    const result = await told();
    assert.equal(result.code, 1);
    const sorted = (rows: unknown[]) => rows.map(String).toSorted();
    assert.deepEqual(sorted(found(result)), sorted(expected.map(([kind, { id }]) => [kind, id])));
    assert.match((await audit()).out, /sign-in without a receipt/);
    assert.deepEqual(found(await told('--since', '0')), []);
    for (const [, { id }] of expected) await deleteSignIn(installation, id);
  });

  it('F17 finds a sign-in whose account or passkey was exchanged', async () => {
    const { signIns, accounts } = installation.storage;
    const [mine] = await signInsOf('grace');
    const other = (await accounts.findByUserNameKey('ada')) ?? assert.fail();
    if (!mine) assert.fail();
    for (const change of [{ accountId: other.id }, { passkeyId: 'another' }, { at: mine.at - 3_600_000 }]) {
      await deleteSignIn(installation, mine.id);
      await signIns.insert({ ...mine, ...change });
      assert.deepEqual(found(await told()), [['receipt_mismatch', mine.id]]);
    }
    await deleteSignIn(installation, mine.id);
    await signIns.insert(mine);
    assert.deepEqual(found(await told()), []);
  });

  it('F17 finds a sign-in that was deleted, that of an enrolment too, and believes no excuse but its own', async () => {
    const { signIns, auditEvents } = installation.storage;
    const made = await signInsOf('ada');
    for (const signIn of [made[0], made.at(-1)]) {
      if (!signIn) assert.fail();
      const { id: receipt, accountId, passkeyId, at } = signIn;
      await deleteSignIn(installation, receipt);
      assert.deepEqual(found(await told()), [['receipt_without_sign_in', receipt]]);
      const about = { accountId, passkeyId, signInId: receipt, at };
      const event = { ...about, ...chained(), type: 'sign_in.failed' };
      await auditEvents.insertMany([event]);
      assert.deepEqual(found(await told()), [['receipt_without_sign_in', receipt]]);
      const forged = { ...about, ...chained(), type: 'sign_in.failed', details: { receipt, mac: 'forged' } };
      await auditEvents.insertMany([forged]);
      assert.deepEqual(found(await told()), [['record_altered', receipt]]);
      await remove(installation, 'auditEvents', event.id);
      await remove(installation, 'auditEvents', forged.id);
      await signIns.insert(signIn);
    }
    assert.deepEqual(found(await told()), []);
  });

  it('F17 finds a confirmation and a registration that were deleted, altered or made up', async () => {
    const { auditEvents } = installation.storage;
    const all = await auditEvents.list({ limit: 1000 });
    const bearing = all.filter(({ details }) => typeof details?.receipt === 'string');
    assert.deepEqual(
      bearing.map(({ type }) => type),
      ['passkey.registered', 'sign_in.confirmed'],
    );
    const missing = ['receipt_without_sign_in', 'receipt_without_record'];
    const other = (await signInsOf('grace'))[0]?.accountId ?? '';
    for (const [index, event] of bearing.entries()) {
      const { receipt = '' } = event.details ?? {};
      await remove(installation, 'auditEvents', event.id);
      assert.deepEqual(found(await told()), [[missing[index], receipt]]);
      await auditEvents.insertMany([{ ...event, accountId: other }]);
      assert.deepEqual(found(await told()), [['record_altered', receipt]]);
      await remove(installation, 'auditEvents', event.id);
      await auditEvents.insertMany([event]);
    }
    // The receipt of an event right after `--since` may be of before: this one is later.
    const invented = { ...bearing[1], ...chained(), at: Date.now() + 180_000 } as AuditEvent;
    await auditEvents.insertMany([{ ...invented, details: { receipt: 'invented', mac: '' } }]);
    assert.deepEqual(found(await told()), [['record_without_receipt', 'invented']]);
    await remove(installation, 'auditEvents', invented.id);
    assert.deepEqual(found(await told()), []);
  });

  it('F17 finds who had the user handle of another person for a while', async () => {
    const { accounts, signIns } = installation.storage;
    const [ada, eve] = [await accountOf('ada'), await accountOf('eve')];
    const [handle = ''] = eve.userHandles;
    const move = async (account: Account, userHandles: string[]) => {
      const { id } = account;
      const current = (await accounts.findById(id)) ?? assert.fail();
      const moved = { ...current, userHandles, revision: current.revision + 1 };
      assert.ok(await accounts.update(moved, current.revision));
    };
    await move(eve, ['elsewhere']);
    await move(ada, [...ada.userHandles, handle]);
    await signInElsewhere(installation, attacker);
    const [made] = await signInsOf('ada');
    if (!made) assert.fail();
    const [enrolled] = await signInsOf('eve');
    assert.deepEqual(found(await told()), [['receipt_mismatch', enrolled?.id]], 'not put back');
    await move(ada, ada.userHandles);
    await move(eve, [handle]);
    assert.deepEqual(found(await told()), [['receipt_mismatch', made.id]], 'put back');
    await deleteSignIn(installation, made.id);
    await signIns.insert({ ...made, accountId: eve.id });
    assert.deepEqual(found(await told()), [['record_altered', made.id]], 'rewritten');
    await deleteSignIn(installation, made.id);
    assert.deepEqual(found(await told()), [['receipt_without_sign_in', made.id]], 'deleted');
    const mac = evidenceOf(installation, { ...made, accountId: eve.id, userHandle: handle });
    await signIns.insert({ ...made, accountId: eve.id, mac });
    assert.deepEqual(found(await told()), [], 'only who has the secret writes another one');
  });

  it('F17 counts what was refused, which only the provider says', async () => {
    const { accounts, auditEvents } = installation.storage;
    const eve = await accountOf('eve');
    await accounts.update({ ...eve, status: 'disabled', revision: eve.revision + 1 }, eve.revision);
    await assert.rejects(signInElsewhere(installation, attacker));
    // The audit follows in its next batch.
    const failed = async () =>
      (await auditEvents.listByAccount(eve.id, { limit: 100 })).some(({ type }) => type === 'sign_in.failed');
    while (!(await failed())) await delay(20);
    const { refused, discrepancies, code } = await told();
    assert.deepEqual([refused, discrepancies, code], [1, [], 0]);
    assert.match((await audit()).out, /refused: 1\./);
  });

  it('F17 pages through more than it shows, and counts the others', async () => {
    const { signIns } = installation.storage;
    const [mine] = await signInsOf('grace');
    if (!mine) assert.fail();
    const { receipt, ...bare } = mine;
    const at = mine.at - 1000;
    const insert = (id: string) => signIns.insert({ ...bare, id, at });
    // So many at once that a slow database has a connection for each in time.
    for (let from = 0; from < 1203; from += 50)
      await Promise.all(
        Array.from({ length: Math.min(50, 1203 - from) }, (_, i) => insert(`forged-${from + i}`)),
      );
    const { code, discrepancies, more } = await told();
    assert.deepEqual([code, discrepancies.length, more], [1, 1000, 203]);
    assert.equal(new Set(discrepancies.map(({ id }) => id)).size, 1000);
  });

  it('refuses a number of days that is none', async () => {
    const { code, err } = await audit('--since', 'monday');
    assert.equal(code, 1);
    assert.match(err, /--since is a number of days/);
  });
});

const evidenceOf = ({ secret }: TestInstallation, made: SignIn & { userHandle: string }) =>
  macOf(secret.mac, { ...made, kind: 'sign-in', receipt: made.id });

let events = 0;
const chained = () => {
  events += 1;
  return { id: `e${events}`, chain: `c${events}`, sequence: 0, previousHash: '', hash: '' };
};

const deleteSignIn = (installation: TestInstallation, id: string) => remove(installation, 'signIns', id);

async function remove(
  { config, storage }: TestInstallation,
  table: 'signIns' | 'auditEvents',
  id: string,
): Promise<void> {
  if (storage.engine === 'sqlite') {
    using db = new DatabaseSync(config.storageUrl.replace('sqlite:', ''), { timeout: 5000 });
    db.prepare(`DELETE FROM ${table} WHERE id = ?`).run(id);
    return;
  }
  const { connect } = await import('../../adapters/mongo/testing.ts');
  await using connected = await connect(config.storageUrl);
  await connected.connection.collection<{ _id: string }>(table).deleteOne({ _id: id });
}
