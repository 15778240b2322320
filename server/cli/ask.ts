import { createInterface } from 'node:readline/promises';

/** Asks at the terminal. Whoever gives up at the question gives up the command. */
export async function ask(question: string): Promise<string> {
  using lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.on('SIGINT', () => process.exit(130));
  return await lines.question(question);
}
