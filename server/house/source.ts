import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ParseResult, parseSync } from 'oxc-parser';

/** One import or re-export of a file. */
export interface Import {
  /** A path from the root of the repository, or the name of a package. */
  target: string;
  isFile: boolean;
  /** Erased when the file runs. */
  typeOnly: boolean;
  line: number;
}

/** A file of TypeScript, parsed. */
export interface Source {
  /** From the root of the repository. */
  path: string;
  text: string;
  parsed: ParseResult;
  imports: readonly Import[];
  /** Tests, contracts, and what serves them alone: they may use everything. */
  isTest: boolean;
  lineAt(offset: number): number;
}

/** Something that breaks a rule of the house. */
export interface Violation {
  path: string;
  line: number;
  rule: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const testFolders =
  /^(e2e|bench|interop|deploy|server\/(testing|house|faults)|adapters\/storage\.contract)\//;

export function isTestFile(path: string): boolean {
  return testFolders.test(path) || /\.(test|contract|spec|check)\.ts$|\/testing\.ts$/.test(path);
}

export function readSources(): Source[] {
  const paths = globSync('{server,views,adapters,demo,e2e,bench,interop,deploy}/**/*.ts', { cwd: root });
  return paths
    .filter((path) => !path.includes('/dist/'))
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

export function parseSource(path: string, text: string): Source {
  const parsed = parseSync(path, text);
  const lineAt = lineFinder(text);
  const imports = importsOf(parsed, text).map(({ specifier, typeOnly, at }): Import => {
    const isFile = specifier.startsWith('.');
    const target = isFile ? normalize(join(dirname(path), specifier)) : specifier;
    return { target, isFile, typeOnly, line: lineAt(at) };
  });
  return { path, text, parsed, imports, isTest: isTestFile(path), lineAt };
}

interface Found {
  specifier: string;
  typeOnly: boolean;
  at: number;
}

function importsOf({ module }: ParseResult, text: string): Found[] {
  const imported = module.staticImports.map(({ moduleRequest, entries, start }) => ({
    specifier: moduleRequest.value,
    typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
    at: start,
  }));
  const exported = module.staticExports
    .flatMap(({ entries }) => entries)
    .flatMap(({ moduleRequest, isType, start }) =>
      moduleRequest ? [{ specifier: moduleRequest.value, typeOnly: isType, at: start }] : [],
    );
  const loaded = module.dynamicImports.map(({ moduleRequest, start }) => ({
    specifier: text.slice(moduleRequest.start + 1, moduleRequest.end - 1),
    typeOnly: false,
    at: start,
  }));
  return [...imported, ...exported, ...loaded];
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  return (offset) => {
    const next = starts.findIndex((start) => start > offset);
    return next === -1 ? starts.length : next;
  };
}
