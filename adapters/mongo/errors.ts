import { mongo } from 'mongoose';
import { StorageError } from '../../server/storage.ts';

const { MongoAPIError, MongoError, MongoNotConnectedError, MongoServerError, MongoTopologyClosedError } =
  mongo;

/** Server errors that say that it cannot serve right now: stepping down, shutting down, no majority, refused access. */
const unusable = new Set([
  6, 7, 13, 18, 50, 64, 89, 91, 100, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436,
]);

export const isDuplicateKey = (error: unknown) => error instanceof MongoServerError && error.code === 11000;

/** What the ports promise to throw. Anything else is a mistake of ours and passes. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof StorageError || !isUnreachable(error)) return error;
  return new StorageError('unreachable', 'MongoDB cannot be used right now', { cause: error });
}

function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof MongoServerError) {
    // An insert holds the driver's own error as if it were the server's answer.
    const answer: unknown = error.errorResponse;
    return answer instanceof Error ? isUnreachable(answer) : unusable.has(Number(error.code));
  }
  if (error instanceof MongoNotConnectedError || error instanceof MongoTopologyClosedError) return true;
  if (error instanceof MongoError) return !(error instanceof MongoAPIError);
  return error.name === 'MongooseServerSelectionError';
}
