/**
 * Loaded into a server before anything else (`--import`): its clock is ahead by as many milliseconds as the file
 * TURNED_CLOCK says at that moment. Timers and `performance.now` go on as they do when somebody sets a clock.
 */
import { readFileSync } from 'node:fs';

const file = process.env.TURNED_CLOCK ?? '';
const right = Date.now;
let ahead = 0;

function look() {
  ahead = Number(readFileSync(file, 'utf8'));
}

look();
setInterval(look, 50).unref();
Date.now = () => right() + ahead;
globalThis.Date = new Proxy(Date, {
  construct: (target, given) =>
    given.length === 0 ? new target(target.now()) : Reflect.construct(target, given),
});
