import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** Looks again and again until it is so. Returns the milliseconds that it took. @param seconds after which it fails */
export async function until(what: string, isSo: () => Promise<boolean>, seconds = 10): Promise<number> {
  const begin = Date.now();
  for (; !(await isSo()); await delay(50))
    assert.ok(Date.now() < begin + seconds * 1000, `not within ${seconds} s: ${what}`);
  return Date.now() - begin;
}
