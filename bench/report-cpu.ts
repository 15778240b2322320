/** In the measured process: answers the one that measures. */

export type Question = 'cpu' | 'calls';
/** An app that speaks for itself, with its secret. */
export interface Machine {
  id: string;
  secret: string;
}
/** An API whose tokens say nothing by themselves, with the one scope `read`, which that app may have. */
export const opaqueResource = 'https://opaque.bench.example';
export type Announcement = { ready: { origin: string; setupLink?: string; machine?: Machine } };
/** CPU in microseconds, user and system together. */
export type Answer = { cpu: number } | { calls: Readonly<Record<string, number>> };

/** Answers with the CPU time this process has used, and with how often each store call was made. */
export function answerQuestions(calls: Readonly<Record<string, number>> = {}): void {
  process.on('message', (question: Question) => {
    const { user, system } = process.cpuUsage();
    tell(question === 'cpu' ? { cpu: user + system } : { calls: { ...calls } });
  });
}

/** To the process that measures; without one, to whoever reads the output. */
export function tell(message: Answer | Announcement): void {
  if (process.send) process.send(message);
  else console.log(JSON.stringify(message));
}
