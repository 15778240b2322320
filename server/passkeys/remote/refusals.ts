import type { RefusedCall } from './perform.ts';

/** So many refusals are written down a minute. Who floods the port must not flood the audit. */
const most = 60;
const minute = 60_000;

/** Of those above, only how many it were stands beside the next one. */
export function limitRefusals(
  record: (call: RefusedCall & { unwritten?: number }) => void,
  now: () => number,
): (call: RefusedCall) => void {
  let since = 0;
  let written = 0;
  let unwritten = 0;
  return (call) => {
    if (now() - since >= minute) [since, written] = [now(), 0];
    if (written >= most) {
      unwritten += 1;
      return;
    }
    written += 1;
    record(unwritten > 0 ? { ...call, unwritten } : call);
    unwritten = 0;
  };
}
