/**
 * `npm run bench [-- --quick] [-- --json]`: what Latchkey costs above bare oidc-provider.
 * `npm run bench -- operations [NAME …]`: the same for these operations alone.
 * `npm run bench -- audit`: what the audit costs a login.
 * `npm run bench -- growth [--people N]`: what lists and searches cost when there are many people.
 * `npm run bench -- seed [--people N] [--storage URL]`: makes an installation with many people.
 * See docs/performance.md.
 */
const [command = ''] = process.argv.slice(2);
if (command === 'seed') await (await import('./seed/command.ts')).seedCommand();
else if (command === 'operations') await (await import('./some-operations.ts')).operationsCommand();
else if (command === 'audit') await (await import('./audit.ts')).auditCommand();
else if (command === 'growth') await (await import('./growth/command.ts')).growthCommand();
else await import('./against-bare.ts');
