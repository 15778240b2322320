/**
 * A server that ends at a call of its storage, as a power cut would end it. Started as a process of its own by
 * `faulty-process.ts`; FAULT names the moment: `before artifacts.upsert 2` is the second call of that name.
 */
import { openStorage } from '../../adapters/open.ts';
import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { run } from '../main.ts';
import { watchStorage } from './faulty-storage.ts';

const [when, call, count] = (process.env.FAULT ?? '').split(' ');
let seen = 0;

function endAt(moment: string) {
  return (called: string) => {
    if (moment !== when || called !== call || ++seen < Number(count)) return;
    process.kill(process.pid, 'SIGKILL');
  };
}

const config = readConfig(process.env);
await run(config, createLog(config.log), {
  open: async (options) =>
    watchStorage(await openStorage(options), { before: endAt('before'), after: endAt('after') }),
});
