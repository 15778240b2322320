/** A thread of its own: a hash takes a tenth of a second, in which nobody else would be answered. */
import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

parentPort?.on('message', ({ presented, hash }: { presented: string; hash: string }) => {
  parentPort?.postMessage(compareSync(presented, hash));
});
