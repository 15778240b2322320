/** Reads strings back out of files of other software, each by that format's own rules; for tests of what is written. */
import { execFileSync } from 'node:child_process';
import { parse } from 'yaml';

/** Every string value of a file, in order. */
export function stringsOf({ language, text }: { language: string; text: string }): string[] {
  const read = readers[language];
  if (!read) throw new Error(`no reader for ${language}`);
  return read(text);
}

const readers: Readonly<Record<string, (text: string) => string[]>> = {
  json: (text) => leaves(JSON.parse(text)),
  // Spring replaces placeholders afterwards; a backslash keeps one from being one.
  yaml: (text) => leaves(parse(text)).map((value) => value.replaceAll('\\${', '${')),
  toml: doubleQuoted,
  python: doubleQuoted,
  javascript: doubleQuoted,
  java: doubleQuoted,
  csharp: doubleQuoted,
  nginx: (text) => text.split(/[\s;]+/),
  apache: apacheArguments,
  ini: grafanaValues,
  shell: shellWords,
};

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(leaves) : [];
}

/**
 * Strings between double quotes. Their escapes must be JSON's, which TOML, Python, JavaScript, Java and C# all read
 * alike; JSON.parse throws at any other. A `#` or `//` before a quote begins a comment.
 */
function doubleQuoted(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [code = ''] = /^(?:[^"#/]|\/(?!\/)|"(?:[^"\\]|\\.)*")*/.exec(line) ?? [];
    return [...code.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([literal]) => JSON.parse(literal) as string);
  });
}

/** Arguments of directives (Apache httpd, `ap_getword_conf`), after variables were replaced (`ap_resolve_env`). */
function apacheArguments(text: string): string[] {
  const variables: Record<string, string> = {};
  return text.split('\n').flatMap((line) => {
    const resolved = line.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
      if (!(name in variables)) throw new Error(`${whole} would be replaced by a variable`);
      return variables[name] ?? '';
    });
    const words = [...resolved.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
      ([, quoted, bare]) => quoted?.replace(/\\(["\\])/g, '$1') ?? bare ?? '',
    );
    if (words[0] === 'Define') variables[words[1] ?? ''] = words[2] ?? '';
    return words.slice(1);
  });
}

/**
 * Values of go-ini as Grafana loads it: between triple quotes, or up to a `#` or `;` and without quotes around. Grafana
 * then replaces `$__provider{…}`, `${NAME}` and `%(name)s`.
 */
function grafanaValues(text: string): string[] {
  const values = [...text.matchAll(/^\w+ = (?:"""(.*)"""|(.*))$/gm)].map(
    ([, raw, bare = '']) =>
      raw ??
      bare
        .replace(/[#;].*/, '')
        .trim()
        .replace(/^(["'`])(.*)\1$/, '$2'),
  );
  for (const value of values)
    if (/\$(|__\w+)\{|%\(/.test(value)) throw new Error(`Grafana would replace something in ${value}`);
  return values;
}

/** What the shell itself makes of assignments and of the arguments of `curl`. */
function shellWords(text: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\nset -a\n${text}\nexec env -0`;
  const printed = execFileSync('env', ['-i', 'sh', '-c', script], { encoding: 'utf8' });
  return printed.split('\0').flatMap((word) => [word, word.replace(/^[^=]*=/, '')]);
}
