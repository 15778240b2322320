import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { openStorage } from '../open.ts';
import { type Child, startProcess } from '../storage.contract/process.ts';
import { artifactSample, challengeSample, now, ticketSample } from '../storage.contract/samples.ts';
import { withMongo } from './testing.ts';

/** Tries everything once it is told to, and tells what succeeded. */
const contender = `
  const { openStorage } = await import(${JSON.stringify(new URL('../open.ts', import.meta.url).href)});
  const [url, ids] = process.argv.slice(1);
  const storage = await openStorage({ url, role: 'server', schema: 'check', waitUntilReady: true });
  await storage.ping();
  console.log('ready');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  const { codes, challenges, tickets, now } = JSON.parse(ids);
  const tries = [
    ...codes.map(async (id) => (await storage.artifacts.recordConsumed(id, now)) && id),
    ...challenges.map(async (id) => (await storage.challenges.take(id, now)) && id),
    ...tickets.map(async (id) => (await storage.tickets.take(id, now)) && id),
  ];
  const won = (await Promise.all(tries)).filter(Boolean);
  await storage[Symbol.asyncDispose]();
  console.log(JSON.stringify(won));
  process.stdin.destroy();
`;

async function finish(child: Child): Promise<string[]> {
  child.stdin.write('go\n');
  const [output] = await once(child.stdout, 'data');
  return JSON.parse(String(output));
}

withMongo(({ url }) => {
  describe('two processes on one MongoDB', () => {
    it('F18 consume a code, take a challenge and take a ticket exactly once', async () => {
      await using storage = await openStorage({
        url,
        role: 'server',
        schema: 'migrate',
        waitUntilReady: true,
      });
      const many = Array.from({ length: 40 });
      const codes = many.map(() => artifactSample({ model: 'AuthorizationCode' }));
      const challenges = many.map(() => challengeSample());
      const tickets = many.map(() => ticketSample());
      await Promise.all([
        ...codes.map((code) => storage.artifacts.upsert(code)),
        ...challenges.map((challenge) => storage.challenges.insert(challenge)),
        ...tickets.map((ticket) => storage.tickets.insert(ticket)),
      ]);
      const idsOf = (records: readonly { id: string }[]) => records.map(({ id }) => id);
      const all = { codes: idsOf(codes), challenges: idsOf(challenges), tickets: idsOf(tickets) };
      const input = JSON.stringify({ ...all, now });
      const children = await Promise.all([1, 2].map(() => startProcess(contender, url, input)));
      const won = await Promise.all(children.map(finish));
      assert.deepEqual(won.flat().sort(), Object.values(all).flat().sort());
    });
  });
});
