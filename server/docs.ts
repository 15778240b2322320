/** Prints what is documented from the code: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { printGuides } from './apps/guides/print-guides.ts';
import { parseArchitecture } from './architecture/model.ts';
import { printArchitecture } from './architecture/print.ts';
import { printCommandReference } from './cli/reference.ts';
import { errorTable } from './errors.ts';
import { printConformance } from './oidc/conformance/print.ts';
import type { Setting } from './setting-readers.ts';
import { settings } from './settings.ts';

const table: readonly (readonly [string, Setting<unknown>])[] = Object.entries(settings);

function printConfiguration(): string {
  const rows = table.map(([name, { about, byDefault, secret }]) => {
    const file = secret ? ` Or \`${name}_FILE\`, which names a file that holds it.` : '';
    return `| \`${name}\` | ${cell(about)}${file} | ${cell(byDefault)} |`;
  });
  return `# Configuration

Printed from \`server/settings.ts\` by \`npm run docs\`.

Latchkey is set up by environment variables, read once at the start. Without any, it runs on \`http://localhost:3000\`
with SQLite. A name that begins with \`LATCHKEY_\` and is not listed here is refused, and every mistake is reported at
once. \`npm run latchkey -- doctor\` looks at the whole set-up and says what to put.

| name | what it is | when it is not set |
|---|---|---|
${rows.join('\n')}
`;
}

function printErrors(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { status, message }]) => `| \`${code}\` | ${status} | ${cell(message)} |`,
  );
  return `# Errors

Printed from \`server/errors.ts\` by \`npm run docs\`.

Scripts get \`{ "error": code, "message": sentence, "requestId": id }\`, and \`"field"\` where one input is at fault,
with \`"reason"\` where it breaks a rule.
People get a page. The request id is in the header \`X-Request-Id\` and in the log, beside the precise reason, which
never leaves the log. The endpoints of the protocol answer with the errors of OAuth 2.0 and OpenID Connect.

| code | status | message |
|---|---|---|
${rows.join('\n')}
`;
}

function printEnvironment(): string {
  const entries = table.map(
    ([name, { about, byDefault, secret }]) =>
      `# ${about}\n# Not set: ${byDefault}.\n#${name}${secret ? '_FILE' : ''}=\n`,
  );
  return `# Printed from server/settings.ts by \`npm run docs\`. Copy it, take away the # of what you set, and put\n# it into the environment of the server: \`set -a; . ./.env; set +a\` in a shell, or EnvironmentFile= of systemd.\n\n${entries.join('\n')}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

const model = 'docs/architecture/latchkey.calm.json';

function printModel(): string {
  return printArchitecture(parseArchitecture(stored(model), model), stored('docs/architecture/prose.md'));
}

/** Each printed file, by its path from the root of the repository. */
export const printed: Readonly<Record<string, () => string>> = {
  'docs/configuration.md': printConfiguration,
  'docs/errors.md': printErrors,
  'docs/architecture.md': printModel,
  'docs/connecting-apps.md': printGuides,
  'docs/command.md': printCommandReference,
  'docs/conformance.md': printConformance,
  '.env.example': printEnvironment,
};

const root = new URL('../', import.meta.url);

/** What lies in the repository; empty if it is missing. */
export function stored(path: string): string {
  try {
    return readFileSync(new URL(path, root), 'utf8');
  } catch {
    return '';
  }
}

if (import.meta.main)
  for (const [path, print] of Object.entries(printed)) writeFileSync(new URL(path, root), print());
