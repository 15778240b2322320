import type { Expectation, Plan, Variant } from './plan.ts';
import { plans } from './plans.ts';

const head = `# Conformance

Printed from \`server/oidc/conformance\` by \`npm run docs\`.

Plans of the [OpenID conformance suite](https://openid.net/certification/about-conformance-suite/) that apply to
Latchkey: how to set up for each, and what its modules are expected to end with. The suite needs a browser that
answers for a passkey and a server that it reaches by https, so it is no part of \`npm test\`: each module has a test of its
name among our own (\`npm run unit\`), which asks for the same with real requests.

**The suite itself was run by hand** (release 5.2.4, on 1 December 2026), against a server behind nginx, on SQLite, with the
settings of this page and a Chromium with a virtual authenticator. What each module ended with is what stands here. The
pairings of FAPI 2.0 Message Signing that were run are \`private_key_jwt\` with DPoP and \`mtls\` with \`mtls\`, those of
CIBA \`poll\` with \`private_key_jwt\` and \`ping\` with \`mtls\`, and Form Post was run with static clients; all others by our
tests alone.

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
