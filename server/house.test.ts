import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkImports } from './house/import-rules.ts';
import { parseSource, readSources, type Source, type Violation } from './house/source.ts';
import { checkStyle } from './house/style-rules.ts';

const sources = readSources();

function holds(check: (source: Source) => Violation[]) {
  const violations = sources.flatMap(check).map(({ path, line, rule }) => `${path}:${line} ${rule}`);
  assert.equal(violations.length, 0, `\n${violations.join('\n')}\n`);
}

describe('the rules of the house', () => {
  it('every file parses', () => {
    assert.ok(sources.length > 100);
    for (const { path, parsed } of sources) assert.deepEqual(parsed.errors, [], path);
  });

  it('rooms import what they may', () => holds(checkImports));
  it('files, functions and words are as agreed', () => holds(checkStyle));
});

const rulesOf = (path: string, text: string) => {
  const source = parseSource(path, text);
  return [...checkImports(source), ...checkStyle(source)].map(({ line, rule }) => `${line} ${rule}`);
};

describe('a file that breaks a rule is named with its line', () => {
  const broken: [path: string, text: string, expected: RegExp][] = [
    ['server/apps/app.ts', "\nimport mongoose from 'mongoose';", /^2 mongoose is for adapters\/mongo alone/],
    ['server/apps/app.ts', "const x = await import('mongoose');", /^1 mongoose is for/],
    ['server/apps/app.ts', "import type { Context } from 'koa';", /^1 koa is for http, oidc, routes/],
    [
      'server/apps/app.ts',
      "import { createVault } from '../oidc/vault.ts';",
      /^1 the room apps must not call server\/oidc/,
    ],
    ['server/apps/app.ts', "import '../testing/authenticator.ts';", /for tests alone/],
    [
      'server/apps/app.ts',
      "export { open } from '../../adapters/open.ts';\nconst a = 1;",
      /must not call adapters\/open.ts/,
    ],
    [
      'server/passkeys/x.ts',
      "import type { Account } from '../accounts/account.ts';",
      /passkeys must not know/,
    ],
    ['server/http/x.ts', "import type { Account } from '../accounts/account.ts';", /http must not know/],
    ['adapters/sqlite/x.ts', "import { AppError } from '../../server/errors.ts';", /adapters must not know/],
    ['views/x.ts', "import type { App } from '../server/apps/app.ts';", /views must not know/],
    ['server/utils/x.ts', 'const a = 1;', /noun of the business/],
    ['server/apps/App.ts', 'const a = 1;', /kebab-case/],
    ['server/apps/index.ts', 'const a = 1;', /no barrels/],
    ['server/apps/all.ts', "export * from './app.ts';", /no barrels/],
    ['server/apps/x.ts', 'x;\n'.repeat(251), /^251 has 251 lines/],
    ['server/apps/x.ts', `function f() {\n${'x;\n'.repeat(61)}}`, /^1 a function of 61 lines/],
    ['server/apps/x.ts', 'const f = (a, b, c, d) => a;', /4 parameters/],
    ['server/apps/x.ts', 'const f = (ctx) => ctx;', /ctx is for http/],
    ['server/apps/x.ts', 'let a: any;', /no any/],
    ['server/apps/x.ts', 'export default 1;', /no default exports/],
    ['server/apps/x.ts', 'const a = process.env.HOME;', /only main.ts reads the environment/],
    ['server/apps/x.ts', '// TODO later\nconst a = 1;', /do it, or write an issue/],
    ['server/apps/x.ts', '// @ts-ignore\nconst a = 1;', /needs its reason/],
    ['server/apps/x.test.ts', "\nit.skip('a', () => {});", /^2 no test is left out/],
    ['server/apps/x.test.ts', "describe('a', { todo: true }, () => {});", /no test is left out/],
  ];

  for (const [path, text, expected] of broken)
    it(`${path}: ${text.trim().slice(0, 50).replaceAll('\n', ' ')}`, () => {
      const rules = rulesOf(path, text);
      assert.equal(rules.length, 1, rules.join('\n'));
      assert.match(rules[0] ?? '', expected);
    });

  it('and one that keeps them is not', () => {
    const text =
      "import type { Account } from '../accounts/account.ts';\nimport { AppError } from '../errors.ts';\nexport const a = (b: Account) => new AppError('internal', b);";
    assert.deepEqual(rulesOf('server/apps/app.ts', text), []);
    assert.deepEqual(rulesOf('server/main.ts', "import x from '../adapters/open.ts';\nprocess.env;"), []);
    assert.deepEqual(
      rulesOf('server/apps/routes.ts', "import Router from '@koa/router';\nconst f = (ctx) => ctx;"),
      [],
    );
  });
});
