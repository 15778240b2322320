import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks at the terminal; what is typed is not shown. */
export async function askSecret(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Whoever gives up at the question gives up the command.
  lines.on('SIGINT', () => process.exit(130));
  try {
    const [answer] = (await once(lines, 'line')) as [string];
    return answer;
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
