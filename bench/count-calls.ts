import { StatementSync } from 'node:sqlite';
import mongoose from 'mongoose';

const commands = [
  'find',
  'findOne',
  'insertOne',
  'insertMany',
  'updateOne',
  'updateMany',
  'replaceOne',
  'deleteOne',
  'deleteMany',
  'findOneAndUpdate',
  'findOneAndReplace',
  'findOneAndDelete',
  'bulkWrite',
  'countDocuments',
] as const;

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
  const { prototype } = mongoose.mongo.Collection;
  // Some of them are made of others, at once.
  let within = 0;
  for (const method of commands) {
    const real = prototype[method] as (...parameters: unknown[]) => unknown;
    Object.defineProperty(prototype, method, {
      value(this: unknown, ...parameters: unknown[]) {
        if (within === 0) count(method);
        within += 1;
        try {
          return real.apply(this, parameters);
        } finally {
          within -= 1;
        }
      },
    });
  }
  return calls;
}
