import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What a program in another language may ask for, one JSON line each; it gets one JSON line back. */
export type Answers = Readonly<Record<string, (question: never) => unknown>>;

export interface Program {
  command: string;
  args: readonly string[];
  cwd: string;
  env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program that asks `{"authorize": "https://…"}` and the like on its output.
 * @returns the sentences it printed as `{"shown": "…"}`
 * @throws Error with what it complained about, if it fails
 */
export async function converse({ command, args, cwd, env }: Program, answers: Answers): Promise<string[]> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'pipe' });
  const shown: string[] = [];
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const exit = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const [[kind, question]] = Object.entries(JSON.parse(line)) as [[string, never]];
    if (kind === 'shown') shown.push(question);
    else child.stdin.write(`${JSON.stringify(await answers[kind]?.(question))}\n`);
  }
  const [code] = await exit;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${complaints}`);
  return shown;
}
