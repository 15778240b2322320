/**
 * Values as they are written in files of other software. Values are what OAuth allows (RFC 6749 §A: printable), so
 * whoever has to write a control character into a format that has none for it may leave it out: see `unwritable`.
 */

/** Indented JSON. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/**
 * A string between double quotes, as JSON, JavaScript, Python and basic strings of TOML (1.0, §String) read it:
 * printable characters stand for themselves, so no escape means different things to them.
 */
export function quoted(value: string): string {
  return JSON.stringify(value).replace(/[\x7f-\x9f\u2028\u2029\ufeff]/g, unicodeEscape);
}

/** A double-quoted YAML scalar (1.2.2 §7.3.1) that Spring takes as it is: `\${` begins no placeholder. */
export function springYaml(value: string): string {
  return quoted(value.replaceAll('${', '\\${'));
}

/** One word of a POSIX shell (§2.2.2). */
export function shellWord(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/**
 * One argument of a directive of Apache httpd: `\` escapes within quotes, and `${NAME}` would be replaced by a
 * variable, so its dollar comes from one; `Define DOLLAR $` must stand above.
 */
export function apacheArgument(value: string): string {
  return `"${value.replaceAll(/["\\]/g, '\\$&').replaceAll('${', `\${DOLLAR}{`)}"`;
}

/** A value of Grafana's ini between triple quotes, where neither `#` nor `;` begins a comment. */
export function grafanaValue(value: string): string {
  return `"""${value}"""`;
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
