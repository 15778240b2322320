import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { openStorage } from '../../adapters/open.ts';
import type { Storage } from '../storage.ts';
import { openAudited } from '../testing/audited.ts';
import type { ShownEvent } from './seal.ts';
import { type AuditSearch, exportAudit, followAudit, searchAudit } from './search.ts';

const count = 700;

function declare(open: () => Promise<Storage>): void {
  const resources = new AsyncDisposableStack();
  let audited: ReturnType<typeof openAudited>;
  let began: number;
  before(async () => {
    audited = openAudited(resources.use(await open()));
    began = audited.clock.now;
    const [one, other] = [audited.start(), audited.start()];
    for (let i = 0; i < count; i += 1) {
      if (i % 3 === 0) audited.clock.now += 1;
      const audit = i % 2 ? one : other;
      void audit.record({
        type: i % 5 ? 'sign_in.succeeded' : 'sign_in.failed',
        accountId: `a${i % 7}`,
        appId: `app${i % 3}`,
        passkeyId: `p${i % 11}`,
        actor: { kind: 'account', id: `a${i % 2}` },
        details: { i },
        origin: { address: `192.0.2.${i % 250}` },
      });
      if (i % 50 === 0) await Promise.all([one.flush(), other.flush()]);
    }
    await Promise.all([one.flush(), other.flush()]);
  });
  after(() => resources.disposeAsync());

  async function all(search: Omit<AuditSearch, 'limit' | 'after'>, limit = 60): Promise<number[]> {
    const found: number[] = [];
    let after: string | undefined;
    do {
      const { items, next }: { items: ShownEvent[]; next?: string } = await searchAudit(audited, {
        ...search,
        limit,
        after,
      });
      assert.ok(items.length <= limit);
      found.push(...items.map(({ details }) => Number(details?.i)));
      after = next;
    } while (after !== undefined);
    return found;
  }

  const expected = (wanted: (i: number) => boolean) =>
    Array.from({ length: count }, (_, i) => i).filter(wanted);

  it('finds by account, who did it, app, passkey, type, and by several at once, page by page', async () => {
    for (const [search, wanted] of [
      [{}, () => true],
      [{ accountId: 'a3' }, (i) => i % 7 === 3],
      [{ actorId: 'a1' }, (i) => i % 2 === 1],
      [{ appId: 'app2' }, (i) => i % 3 === 2],
      [{ passkeyId: 'p10' }, (i) => i % 11 === 10],
      [{ type: 'sign_in.failed' }, (i) => i % 5 === 0],
      [{ type: 'sign_in.failed', appId: 'app0', actorId: 'a0' }, (i) => i % 30 === 0],
      [{ accountId: 'nobody' }, () => false],
      [{ accountId: 'a1', appId: 'elsewhere' }, () => false],
    ] as const satisfies [object, (i: number) => boolean][])
      for (const oldestFirst of [true, false])
        for (const limit of [60, 7]) {
          const found = await all({ ...search, oldestFirst }, limit);
          assert.deepEqual(
            found.toSorted((a, b) => a - b),
            expected(wanted),
            JSON.stringify(search),
          );
        }
  });

  it('finds by time, newest first, with what is personal', async () => {
    const { items } = await searchAudit(audited, { since: began + 10, before: began + 12, limit: 50 });
    assert.deepEqual([...new Set(items.map(({ at }) => at - began))], [11, 10]);
    assert.match(String(items[0]?.personal?.address), /^192\.0\.2\./);
  });

  it('begins at the beginning for what is no cursor', async () => {
    const { items } = await searchAudit(audited, { after: '1; DROP TABLE auditEvents; --', limit: 3 });
    assert.equal(items.length, 3);
  });

  it('exports everything once, oldest first', async () => {
    const exported: ShownEvent[] = [];
    for await (const page of exportAudit((query: AuditSearch) => searchAudit(audited, query), {}))
      exported.push(...page);
    assert.equal(new Set(exported.map(({ id }) => id)).size, count);
    assert.deepEqual(
      exported,
      exported.toSorted((a, b) => a.at - b.at),
    );
  });

  it('follows what happens, and tells each event once though it was stored late', async () => {
    const { clock, start } = audited;
    const now = () => clock.now;
    clock.now += 60_000;
    const stop = new AbortController();
    const told: string[] = [];
    const following = (async () => {
      for await (const page of followAudit(
        (query: AuditSearch) => searchAudit(audited, query),
        {},
        { now, signal: stop.signal, every: 5 },
      ))
        told.push(...page.map(({ accountId = '' }) => accountId));
    })();
    const audit = start();
    await audit.record({ type: 'sign_in.failed', accountId: 'first' });
    clock.now += 5000;
    await audit.record({ type: 'sign_in.failed', accountId: 'second' });
    while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    clock.now -= 4000;
    await start().record({ type: 'sign_in.failed', accountId: 'late' });
    clock.now += 4000;
    while (told.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    await following;
    assert.deepEqual(told, ['first', 'second', 'late']);
  });
}

const options = { role: 'command', schema: 'migrate', waitUntilReady: true } as const;

describe('the search of the audit, on SQLite', () =>
  declare(() => openStorage({ url: 'sqlite::memory:', ...options })));

describe('the search of the audit, on MongoDB', () =>
  withMongo(({ url }) => declare(() => openStorage({ url, ...options }))));
