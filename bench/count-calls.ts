import { StatementSync } from 'node:sqlite';
import mongoose from 'mongoose';

/** Counts what reaches the engine, by its first word: SQL statements, or MongoDB commands. */
export function countCalls(): Readonly<Record<string, number>> {
  const calls: Record<string, number> = {};
  const count = (name: string) => {
    calls[name] = (calls[name] ?? 0) + 1;
  };
  for (const method of ['run', 'get', 'all', 'iterate'] as const) {
    const real = StatementSync.prototype[method] as (...parameters: unknown[]) => unknown;
    Object.defineProperty(StatementSync.prototype, method, {
      value(this: StatementSync, ...parameters: unknown[]) {
        count(this.sourceSQL.trimStart().split(/\s/, 1)[0]?.toLowerCase() ?? '');
        return real.apply(this, parameters);
      },
    });
  }
  mongoose.set('debug', (_collection: string, method: string) => count(method));
  return calls;
}
