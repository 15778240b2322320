import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openCommandFixture } from '../../testing/command.ts';
import { plans } from './plans.ts';

const callback = 'https://localhost.emobix.co.uk:8443/test/a/latchkey/callback';

describe('the set-up for the OpenID conformance suite', () => {
  it('is made by the commands that the documentation shows', async () => {
    await using fixture = await openCommandFixture();
    await fixture.start();
    for (const { name, apps } of plans)
      for (const command of apps) {
        const made = fixture.latchkey(...wordsOf(command));
        assert.equal(made.status, 0, `${name}: ${made.stderr}`);
      }
  });
});

/** As a shell would split it, with the addresses in their places. */
function wordsOf(command: string): string[] {
  const [, ...words] = command.match(/"[^"]*"|\S+/g) ?? [];
  return words.map((word) =>
    word
      .replaceAll('"', '')
      .replace(/^CALLBACK-WITH-(.*)$/, (_, path: string) => callback.replace('/callback', path))
      .replace(/^CALLBACK$/, callback),
  );
}
