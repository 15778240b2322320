type Environment = Readonly<Record<string, string | undefined>>;

/** How whoever started this process starts a command: by npm in a clone, by its name elsewhere. */
export function commandName({ npm_lifecycle_event: script }: Environment): string {
  // npx sets its own name there, and has put `latchkey` into the path.
  return script === undefined || script === 'npx' ? 'latchkey' : 'npm run latchkey --';
}

/** Messages say `latchkey …` between backticks, wherever they come from; here it becomes what works. */
export function nameCommands(text: string, env: Environment): string {
  const name = commandName(env);
  // What is to be put into a file must not bear npm's own lines.
  const silent = name.replace('npm run', 'npm run --silent');
  return text
    .replace(/`latchkey (?=secret|receipt-key export)/g, `\`${silent} `)
    .replace(/`latchkey (?=[a-z])/g, `\`${name} `);
}
