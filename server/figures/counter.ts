import type { Log } from '../log.ts';
import type { Figure, FigureRepository } from './figure.ts';

/** Counts in memory, and writes what came together: counting costs whoever is counted nothing. */
export interface Counter {
  count(...figures: readonly Figure[]): void;
  /** Writes what was counted so far. Never rejects: what the storage refuses is kept for the next time. */
  flush(): Promise<void>;
}

/** Lost with this process is what it counted since the last `flush`. */
export function createCounter({
  figures,
  log,
}: {
  figures: Pick<FigureRepository, 'add'>;
  log: Log;
}): Counter {
  const counted = new Map<string, Figure>();
  let writing: Promise<void> = Promise.resolve();

  function count(...added: readonly Figure[]): void {
    for (const figure of added)
      counted.set(figure.id, { ...figure, value: figure.value + (counted.get(figure.id)?.value ?? 0) });
  }

  async function write(): Promise<void> {
    const batch = [...counted.values()].filter(({ value }) => value !== 0);
    counted.clear();
    if (batch.length === 0) return;
    try {
      await figures.add(batch);
    } catch (err) {
      count(...batch);
      log.debug({ err }, 'figures are kept for later');
    }
  }

  return {
    count,
    /** One after the other: what is written is never written twice. */
    flush() {
      writing = writing.then(write);
      return writing;
    },
  };
}
