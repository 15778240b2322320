import { type Node, Visitor, type VisitorObject } from 'oxc-parser';
import type { Source, Violation } from './source.ts';

const limits = { sourceLines: 250, testLines: 400, functionLines: 60, parameters: 3 };

export function checkStyle(source: Source): Violation[] {
  return [...checkPath(source), ...checkLength(source), ...checkText(source), ...checkTree(source)];
}

const forbiddenFolders = /(^|\/)(helpers?|utils?|common|types|lib|shared|misc)\//;
const fileName = /\/[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.ts$/;

function checkPath({ path, parsed }: Source): Violation[] {
  const at = (rule: string) => ({ path, line: 1, rule });
  const { body } = parsed.program;
  const passesOn = body.every(
    (statement) =>
      /^Export(All|Named)Declaration$/.test(statement.type) && 'source' in statement && statement.source,
  );
  return [
    ...(forbiddenFolders.test(path) ? [at('a folder is a noun of the business')] : []),
    ...(fileName.test(path) ? [] : [at('file names are kebab-case')]),
    ...(/\/index\.ts$/.test(path) || (body.length > 0 && passesOn)
      ? [at('no barrels: import from where it is')]
      : []),
  ];
}

/** Helpers of tests, in `testing`, are none of these: they keep to the length of any other source. */
const holdsTests = /\.(test|contract|spec|check)\.ts$/;

function checkLength({ path, text }: Source): Violation[] {
  const lines = text.split('\n').length - 1;
  const most = holdsTests.test(path) ? limits.testLines : limits.sourceLines;
  return lines > most ? [{ path, line: lines, rule: `has ${lines} lines, more than ${most}` }] : [];
}

function checkText({ path, parsed, lineAt }: Source): Violation[] {
  return parsed.comments.flatMap(({ value, start }) => {
    const at = (rule: string) => [{ path, line: lineAt(start), rule }];
    if (/\b(TODO|FIXME|XXX)\b/.test(value)) return at('do it, or write an issue');
    if (/^\s*@ts-(ignore|nocheck)|^\s*@ts-expect-error\s*$/.test(value))
      return at('a suppression needs its reason');
    return [];
  });
}

/** Where the environment may be read: where programs begin, and in tests. */
const readsEnvironment = /(^|\/)(main|build)\.ts$|\.config\.ts$/;
const takesContext = /^server\/(http|oidc)\/|^demo\/|(^|\/)(routes|main)\.ts$/;

function checkTree(source: Source): Violation[] {
  const { path, isTest, lineAt, parsed } = source;
  const violations: Violation[] = [];
  const report = ({ start }: { start: number }, rule: string) =>
    void violations.push({ path, line: lineAt(start), rule });
  const within: Measured[] = [];
  const enter = (node: FunctionNode) => {
    within.push({ nested: 0 });
    for (const rule of parameterRules(node, source)) report(node, rule);
  };
  /** The functions within count for themselves: a function that makes an object of them is as long as the rest. */
  const leave = (node: FunctionNode) => {
    const all = node.body ? lineAt(node.body.end) - lineAt(node.body.start) - 1 : 0;
    const own = all - (within.pop()?.nested ?? 0);
    const outer = within.at(-1);
    if (outer) outer.nested += Math.max(all, 0);
    if (!isTest && own > limits.functionLines)
      report(node, `a function of ${own} lines, more than ${limits.functionLines}`);
  };
  const visitor: VisitorObject = {
    FunctionDeclaration: enter,
    FunctionExpression: enter,
    ArrowFunctionExpression: enter,
    'FunctionDeclaration:exit': leave,
    'FunctionExpression:exit': leave,
    'ArrowFunctionExpression:exit': leave,
    TSAnyKeyword: (node) => report(node, 'no any'),
    TSEnumDeclaration: (node) => report(node, 'no enums'),
    ExportDefaultDeclaration(node) {
      if (!path.endsWith('.config.ts')) report(node, 'no default exports');
    },
    MemberExpression(node) {
      const read = nameOf(node.object) === 'process' && nameOf(node.property) === 'env';
      if (read && !isTest && !readsEnvironment.test(path)) report(node, 'only main.ts reads the environment');
    },
    CallExpression(node) {
      if (isTest && leavesTestsOut(node)) report(node, 'no test is left out');
    },
  };
  new Visitor(visitor).visit(parsed.program);
  return violations;
}

interface Measured {
  /** Lines of the functions directly within. */
  nested: number;
}

interface FunctionNode {
  start: number;
  params: readonly Node[];
  body?: { start: number; end: number } | null;
}

function parameterRules({ params }: FunctionNode, { path, isTest }: Source): string[] {
  const names = params.map(nameOf).filter((name) => name !== 'this');
  return [
    ...(names.length > limits.parameters ? [`${names.length} parameters: take one object`] : []),
    ...(!isTest && names.includes('ctx') && !takesContext.test(path)
      ? ['ctx is for http, oidc and routes.ts']
      : []),
  ];
}

function leavesTestsOut({ callee, arguments: given }: { callee: Node; arguments: readonly Node[] }): boolean {
  const marks = ['skip', 'only', 'todo'];
  if (callee.type === 'MemberExpression')
    return (
      /^(it|test|describe|suite)$/.test(nameOf(callee.object)) && marks.includes(nameOf(callee.property))
    );
  if (!/^(it|test|describe|suite)$/.test(nameOf(callee))) return false;
  return given.some(
    (argument) =>
      argument.type === 'ObjectExpression' &&
      argument.properties.some(
        (property) => property.type === 'Property' && marks.includes(nameOf(property.key)),
      ),
  );
}

function nameOf(node: Node): string {
  return node.type === 'Identifier' ? node.name : '';
}
