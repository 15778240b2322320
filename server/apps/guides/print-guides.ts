import type { AppKind } from '../app.ts';
import type { Guide } from './guide.ts';
import { guidesFor } from './guides.ts';
import { sampleApps } from './sample-apps.ts';

const headings: Readonly<Record<AppKind, string>> = {
  web: 'Web apps, which have a server of their own',
  browser: 'Apps that run in the page alone',
  native: 'Apps on a phone or a computer',
  device: 'Devices without a browser',
  proxied: 'Sites behind a gateway, which know nothing of OpenID Connect',
  machine: 'Machines, to which nobody signs in',
};

/** Every guide as Markdown, each for an app of its kind. */
export function printGuides(): string {
  const issuer = 'https://login.example.com';
  const sections = Object.values(sampleApps).map((app) => {
    const guides = guidesFor({ issuer, app });
    return `## ${headings[app.kind]}\n\n${guides.map(section).join('\n')}`;
  });
  return `# Connecting apps

Printed from \`server/apps/guides\` by \`npm run docs\`.

The page of an app in the console shows these settings with the app’s own client id, addresses and scopes, and with its
secret while that is shown. Here they are for made-up apps of \`${issuer}\`. \`npm run interop\` installs
the software of every guide that says so, and signs in through the guide’s files as they are printed.

${sections.join('\n')}`;
}

function section({ name, about, files, steps, tested }: Guide): string {
  const run = tested ? 'Run by `npm run interop`.' : 'Not run here: follows what its vendor documents.';
  const blocks = files.map((file) => `\`${file.name}\`:\n\n\`\`\`${file.language}\n${file.text}\`\`\`\n`);
  return `### ${name}\n\n${about} ${run}\n\n${blocks.join('\n')}\n${steps.map((step) => `- ${step}\n`).join('')}`;
}
