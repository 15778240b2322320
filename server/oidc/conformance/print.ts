import type { Expectation, Plan, Variant } from './plan.ts';
import { plans } from './plans.ts';

const head = `# Conformance

Printed from \`server/oidc/conformance\` by \`npm run docs\`.

Plans of the [OpenID conformance suite](https://openid.net/certification/about-conformance-suite/) that apply to
Latchkey: how to set up for each, and what its modules are expected to end with. The suite itself needs a browser that
answers for a passkey and a server that it reaches by https; **it was not run for this page**. Instead each module has a
test of its name among our own (\`npm run unit\`), which asks for the same with real requests.

\`CALLBACK\` stands for the redirect address that the suite shows, \`https://…/test/a/ALIAS/callback\`;
\`CALLBACK-WITH-/x\` for the same address with \`/x\` in the place of \`/callback\`. Sign-ins are answered by a browser that
has a passkey, such as Chromium with a virtual authenticator (\`WebAuthn.addVirtualAuthenticator\`).

| | |
|---|---|
| passed | the suite passes it |
| review | the suite passes it once somebody has looked at a picture of the page |
| warning | the suite passes it, and says that something optional is not there |
| skipped | the suite skips it, because discovery says that there is no such thing |

## What cannot be passed

The plans \`oidcc-implicit\`, \`oidcc-hybrid\` and their form post forms want tokens from the authorization endpoint, which
RFC 9700 §2.1.2 tells servers not to give: Latchkey answers \`code\` alone. The **dynamic** plan
(\`oidcc-dynamic-certification-test-plan\`) cannot be passed by a server that does so. Its
\`oidcc-discovery-endpoint-verification\` wants the implicit response types in discovery (OpenID Connect Core §15.2), and
its \`oidcc-request-uri-signed-rs256\` a request that is fetched from an address (\`request_uri\` by reference, §6.2):
Latchkey fetches none, as whoever names the address would have this server ask there. Registration itself is tried by the
Basic plans below, with clients that register themselves.
`;

/** \`docs/conformance.md\`. */
export function printConformance(): string {
  return [head, ...plans.map(printPlan)].join('\n');
}

function printPlan({ name, title, variants, notes, modules, like }: Plan): string {
  return `## ${title}

\`${name}\`
${variants.map(printVariant).join('')}${notes.map((note) => `\n${note}\n`).join('')}
${like ? `Its modules are those of ${like.title}, and so is what is expected of each.\n` : printModules(modules)}`;
}

function printVariant({ settings, commands }: Variant): string {
  const shown = commands.length > 0 ? `\n\`\`\`text\n${commands.join('\n')}\n\`\`\`\n` : '';
  const pairs = settings.split(', ').map((pair) => `\`${pair}\``);
  return `\nVariant ${pairs.join(', ')}${shown ? ':\n' : '.\n'}${shown}`;
}

function printModules(modules: Plan['modules']): string {
  const rows = Object.entries(modules).map(([module, expected]) => `| \`${module}\` | ${cell(expected)} |`);
  return `| module | expected |\n|---|---|\n${rows.join('\n')}\n`;
}

function cell(expected: Expectation): string {
  if (typeof expected === 'string') return expected;
  const { outcome, why, only } = expected;
  return `${outcome}${only ? ` (in variants with ${only} alone)` : ''}${why ? `: ${why}` : ''}`;
}
