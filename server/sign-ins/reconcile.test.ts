import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { before, it } from 'node:test';
import { openStorage } from '../../adapters/open.ts';
import { runCommand } from '../cli/program.ts';
import { rotateReceiptKey, stageReceiptKey } from '../receipts/keys.ts';
import type { SignIn } from '../storage.ts';
import type { TestInstallation } from '../testing/installation.ts';
import { addPerson, setUp } from '../testing/journeys.ts';
import { onEveryStorage } from '../testing/on-every-storage.ts';
import { addPasskey } from '../testing/own-account.ts';
import { signInElsewhere } from '../testing/sign-out.ts';
import type { Discrepancy } from './reconcile.ts';

interface Told {
  more: number;
  signIns: number;
  receipts: number;
  discrepancies: Discrepancy[];
}

onEveryStorage('the reconciliation of sign-ins and receipts', (start) => {
  let installation: TestInstallation;

  before(async () => {
    installation = await start();
    const person = await setUp(installation);
    await addPasskey(person);
    await signInElsewhere(installation, person);
    await signInElsewhere(installation, await addPerson(installation, { name: 'Grace', userName: 'grace' }));
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
    return signIns.listByAccount(account.id, { limit: 10 });
  };

  const found = ({ discrepancies }: Told) => discrepancies.map(({ kind, id }) => [kind, id]);

  it('finds that both tell the same story, and says how far it is', async () => {
    const { code, out, err } = await audit();
    assert.equal(code, 0, out);
    assert.match(out, /Looked at 4 sign-ins and 6 receipts\.\nThey tell the same story\./);
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

  it('F17 finds a sign-in that was deleted, and none where the account was disabled', async () => {
    const [newest] = await signInsOf('ada');
    if (!newest) assert.fail();
    await deleteSignIn(installation, newest.id);
    assert.deepEqual(found(await told()), [['receipt_without_sign_in', newest.id]]);
    const { storage } = installation;
    const about = { type: 'sign_in.failed', accountId: newest.accountId, signInId: newest.id };
    const chained = { id: 'e', chain: 'c', sequence: 0, previousHash: '', hash: '' };
    await storage.auditEvents.insertMany([{ ...about, ...chained, at: newest.at }]);
    assert.deepEqual(found(await told()), []);
  });

  it('F17 pages through more than it shows, and counts the others', async () => {
    const { signIns } = installation.storage;
    const [mine] = await signInsOf('grace');
    if (!mine) assert.fail();
    const { receipt, ...bare } = mine;
    const at = mine.at - 1000;
    await Promise.all(
      Array.from({ length: 1203 }, (_, i) => signIns.insert({ ...bare, id: `forged-${i}`, at })),
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

async function deleteSignIn({ config, storage }: TestInstallation, id: string): Promise<void> {
  if (storage.engine === 'sqlite') {
    using db = new DatabaseSync(config.storageUrl.replace('sqlite:', ''), { timeout: 5000 });
    db.prepare('DELETE FROM signIns WHERE id = ?').run(id);
    return;
  }
  const { connect } = await import('../../adapters/mongo/testing.ts');
  await using connected = await connect(config.storageUrl);
  await connected.connection.collection<{ _id: string }>('signIns').deleteOne({ _id: id });
}
