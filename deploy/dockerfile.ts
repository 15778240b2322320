/** One step of a Dockerfile: `COPY`, its flags, and what stands behind them. */
export interface Step {
  instruction: string;
  flags: Readonly<Record<string, string>>;
  /** The words, or the items of the JSON form. */
  words: readonly string[];
  text: string;
}

/** What begins with `FROM`. */
export interface Stage {
  base: string;
  name: string;
  steps: Step[];
}

/** Reads the part of the language that our Dockerfile uses. */
export function parseDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  for (const line of logicalLines(text)) {
    const step = parseStep(line);
    if (step.instruction === 'FROM') {
      const [base = '', , name = String(stages.length)] = step.words;
      stages.push({ base, name, steps: [] });
    } else stages.at(-1)?.steps.push(step);
  }
  return stages;
}

/** The last step of this kind: the one that counts. */
export function lastStep(stage: Stage, instruction: string): Step | undefined {
  return stage.steps.findLast((step) => step.instruction === instruction);
}

function logicalLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

function parseStep(line: string): Step {
  const [, instruction = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
  const [, flagText = '', text = ''] = /^((?:--\S+\s+)*)(.*)$/.exec(rest) ?? [];
  const flags = Object.fromEntries(
    flagText
      .split(/\s+/)
      .filter(Boolean)
      .map((flag) => flag.slice(2).split('=') as [string, string]),
  );
  return { instruction: instruction.toUpperCase(), flags, text, words: wordsOf(text) };
}

/** The JSON form stands alone, or behind `CMD` in a health check. */
function wordsOf(text: string): string[] {
  const json = text.replace(/^CMD\s+/, '');
  return json.startsWith('[') ? JSON.parse(json) : text.split(/\s+/);
}
