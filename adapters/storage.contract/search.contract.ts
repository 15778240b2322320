import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Account,
  type AccountQuery,
  accountTerms,
  matchesWords,
  searchWords,
} from '../../server/storage.ts';
import { collectPages } from './assertions.ts';
import { type Open, openedOnce } from './opened.ts';
import { accountSample, appSample, groupSample, oddStrings, randomId } from './samples.ts';

/** A word that nothing else in the database begins with. */
const freshWord = () => `w${Buffer.from(randomId()).toString('hex')}`;

export function searchContract(name: string, open: Open): void {
  describe(`${name}: search`, () => {
    const storage = openedOnce(open);
    const accounts = () => storage().accounts;
    async function add(...fields: Partial<Account>[]): Promise<Account[]> {
      const made = fields.map((each) => accountSample({ userName: randomId(), ...each }));
      for (const account of made) await accounts().insert(account);
      return made;
    }
    async function found(text: string, query: Partial<AccountQuery> = {}): Promise<string[]> {
      const { items } = await accounts().search({ text, limit: 100, ...query });
      return items.map(({ id }) => id).sort();
    }
    const idsOf = (made: readonly { id: string }[]) => made.map(({ id }) => id).sort();

    it('finds people by user name, address and words of the name, by their beginnings', async () => {
      const word = freshWord();
      const [byName, byUserName, byEmail, bystander] = await add(
        { name: `Jos\u00e9 ${word.toUpperCase()}son Smith` },
        { userName: `${word}.2` },
        { email: `${word}@example.com` },
        { name: `x${word}`, userName: `x.${word}`, email: `x@${word}.example` },
      );
      assert.ok(byName && byUserName && byEmail && bystander);
      assert.deepEqual(await found(word), idsOf([byName, byUserName, byEmail]));
      assert.deepEqual(await found(` ${word}SON jose`), [byName.id]);
      assert.deepEqual(await found(`${word}@exa`), [byEmail.id]);
      assert.deepEqual(await found(`${word}s joe`), []);
      assert.deepEqual(await found(' … '), []);
      assert.deepEqual(await accounts().findById(byName.id), byName);
    });

    it('finds everybody once, page by page, though several of their terms begin so', async () => {
      const word = freshWord();
      const made = await add(
        ...['a', 'b', 'c', 'd', 'e'].map((end) => ({
          name: `${word}${end} ${word}`,
          userName: `${word}.${end}`,
          email: `${word}@example.com`,
        })),
      );
      for (const text of [word, `${word} ${word.slice(0, 5)}`]) {
        const pages = await collectPages((after) =>
          accounts().search({ text, limit: 2, ...(after !== undefined && { after }) }),
        );
        assert.deepEqual(idsOf(pages.flat()), idsOf(made));
        assert.ok(pages.every(({ length }) => length <= 2));
      }
    });

    it('finds those, and those alone, of whom each word begins a term', async () => {
      const start = freshWord();
      const ends = ['', 'a', 'b', 'ab', 'ba', 'é', '\u{1f600}', 'ａ'];
      const word = (index: number) => `${'xyz'[index % 3]}${start}${ends[index % ends.length]}`;
      const made = await add(
        ...Array.from({ length: 24 }, (_, index) => ({
          name: [index, index + 5, index * 7].map(word).join(' '),
          userName: `${word(index + 1)}.${index}`,
        })),
      );
      const typed = ends.flatMap((end, index) => [
        `x${start} y${start}${end}`,
        `z${start}${end} x${start}`,
        `${word(index)} ${word(index + 5)} ${word(index + 1)}`,
        `y${start} y${start}${end} z${start}`,
      ]);
      for (const text of typed) {
        const right = made.filter((account) => matchesWords(accountTerms(account), searchWords(text)));
        const pages = await collectPages((after) =>
          accounts().search({ text, limit: 3, ...(after !== undefined && { after }) }),
        );
        assert.deepEqual(idsOf(pages.flat()), idsOf(right), text);
      }
    });

    it('finds among those of a role and a status', async () => {
      const word = freshWord();
      const [administrator, disabled, both, person] = await add(
        { name: word, role: 'administrator' },
        { name: word, status: 'disabled' },
        { name: word, role: 'administrator', status: 'disabled' },
        { name: word },
      );
      assert.ok(administrator && disabled && both && person);
      assert.deepEqual(await found(word, { role: 'administrator' }), idsOf([administrator, both]));
      assert.deepEqual(await found(word, { status: 'disabled' }), idsOf([disabled, both]));
      assert.deepEqual(await found(word, { role: 'administrator', status: 'disabled' }), [both.id]);
      assert.deepEqual(await found(word, { role: 'person', status: 'active' }), [person.id]);
      const withUserName = `${word} ${both.userName}`;
      assert.deepEqual(await found(withUserName, { role: 'administrator', status: 'disabled' }), [both.id]);
      assert.deepEqual(await found(withUserName, { role: 'person' }), []);
      assert.deepEqual(await found(word, { role: 'support' }), []);
      assert.deepEqual(await found('administrator'), []);
    });

    it('follows what becomes of an account', async () => {
      const [before, after, third] = [freshWord(), freshWord(), freshWord()];
      const [account = accountSample()] = await add({ name: before });
      assert.equal(await accounts().update({ ...account, name: after, role: 'support' }, 0), true);
      assert.deepEqual([await found(before), await found(after)], [[], [account.id]]);
      const moved = { ...account, name: third, userNameKey: randomId() };
      assert.equal(await accounts().update(moved, 1), true);
      assert.deepEqual([await found(after), await found(third)], [[], [account.id]]);
      assert.deepEqual(await found(third, { role: 'support' }), []);
      assert.equal(await accounts().update({ ...moved, name: 'Lost' }, 1), false);
      await accounts().remove(account.id);
      assert.deepEqual(await found(third), []);
    });

    it('lists those of a role and a status, page by page', async () => {
      const start = randomId();
      const keys = ['a', 'b', 'c', 'd'].map((end) => `${start}-${end}`);
      await add(
        { userNameKey: `${start}-a`, role: 'auditor', status: 'disabled' },
        { userNameKey: `${start}-b`, role: 'auditor' },
        { userNameKey: `${start}-c`, status: 'disabled' },
        { userNameKey: `${start}-d`, role: 'auditor', status: 'disabled' },
      );
      const listed = async (query: Partial<AccountQuery>) => {
        const pages = await collectPages(
          (after) => accounts().list({ limit: 1, ...query, ...(after !== undefined && { after }) }),
          start,
        );
        return pages.flat().filter(({ userNameKey }) => userNameKey.startsWith(start));
      };
      const places = async (query: Partial<AccountQuery>) =>
        (await listed(query)).map(({ userNameKey }) => keys.indexOf(userNameKey));
      assert.deepEqual(await places({ role: 'auditor' }), [0, 1, 3]);
      assert.deepEqual(await places({ status: 'disabled' }), [0, 2, 3]);
      assert.deepEqual(await places({ role: 'auditor', status: 'disabled' }), [0, 3]);
    });

    it('finds groups and apps by their names, and apps by their ids', async () => {
      const word = freshWord();
      const groups = ['a', 'b', 'c'].map((end) => groupSample({ name: `The ${word} ${end}` }));
      const apps = [appSample({ id: `${word}-1` }), appSample({ name: `My ${word}` }), appSample()];
      for (const group of groups) await storage().groups.insert(group);
      for (const app of apps) await storage().apps.insert(app);
      const pages = await collectPages((after) =>
        storage().groups.search({ text: word.slice(0, 12), limit: 2, ...(after && { after }) }),
      );
      assert.deepEqual(idsOf(pages.flat()), idsOf(groups));
      const { items } = await storage().apps.search({ text: word.toUpperCase(), limit: 9 });
      assert.deepEqual(idsOf(items), idsOf(apps.slice(0, 2)));
      const [group, app] = [groups[0] ?? groupSample(), apps[1] ?? appSample()];
      assert.deepEqual(await storage().groups.findById(group.id), group);
      assert.deepEqual(await storage().apps.findById(app.id), app);
      assert.equal(await storage().apps.update({ ...app, name: 'Other' }, 0), true);
      assert.equal((await storage().apps.search({ text: word, limit: 9 })).items.length, 1);
      assert.equal(await storage().groups.remove(group.id), true);
      assert.equal((await storage().groups.search({ text: word, limit: 9 })).items.length, 2);
      assert.deepEqual(await storage().groups.search({ text: '…', limit: 9 }), { items: [] });
      assert.deepEqual(await storage().apps.search({ text: '', limit: 9 }), { items: [] });
    });

    it('takes odd strings for nothing but strings', async () => {
      const word = freshWord();
      const made = await add(...oddStrings.map((odd) => ({ name: `${word}${odd}`, userName: odd })));
      assert.deepEqual(await found(word), idsOf(made));
      for (const odd of oddStrings) {
        await found(odd);
        assert.ok((await found(`${word}${odd}`)).length > 0, odd);
        const { items } = await accounts().search({ text: word, limit: 100, after: odd });
        assert.ok(items.length <= made.length);
      }
    });
  });
}
