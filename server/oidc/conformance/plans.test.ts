import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openStorage } from '../../../adapters/open.ts';
import { openCommandLine } from '../../testing/command-line.ts';
import { newKeyPair } from '../../testing/machine.ts';
import { onSqlite } from '../../testing/on-every-storage.ts';
import { plans } from './plans.ts';

const callback = 'https://localhost.emobix.co.uk:8443/test/a/latchkey/callback';

onSqlite('the set-up for the OpenID conformance suite', (start) => {
  it('is made by the commands that the documentation shows', async () => {
    const { config } = await start({ LATCHKEY_REGISTRATION: 'token' });
    using commandLine = openCommandLine(openStorage);
    const env = { LATCHKEY_ISSUER: config.issuer, LATCHKEY_DATA_DIR: config.dataDir };
    const all = plans.flatMap(({ name, variants }) =>
      variants.flatMap(({ commands }) => commands.map((command) => ({ name, command }))),
    );
    // Some plans want the same apps.
    for (const [command, name] of new Map(all.map(({ name, command }) => [command, name]))) {
      const { status, err } = await commandLine.run(wordsOf(command), { env });
      assert.equal(status, 0, `${name}: ${command}\n${err}`);
    }
  });
});

/** As a shell would split it, with addresses and keys in their places. */
function wordsOf(command: string): string[] {
  const [, ...words] = command.match(/"[^"]*"|\S+/g) ?? [];
  return words.map((word) =>
    word
      .replaceAll('"', '')
      .replace(/CALLBACK-WITH-(.*)$/, (_, path: string) => callback.replace('/callback', path))
      .replace(/^CALLBACK/, callback)
      .replace(/^KEYS$/, JSON.stringify(newKeyPair().jwks)),
  );
}
