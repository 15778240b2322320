import type { AuditEventType } from './event-types.ts';

/**
 * Nobody waits for these, and they are most of all events. A write of its own costs ten times what a place in another
 * one does: those of a fifth of a second share one, such as a sign-in and its token. A process that is killed
 * meanwhile takes them along; the sign-ins themselves are stored, with their receipts.
 */
const patient: ReadonlySet<AuditEventType> = new Set(['sign_in.succeeded', 'token.issued']);
const longestMs = 200;

export const isPatient = ({ type }: { type: AuditEventType }): boolean => patient.has(type);

/** A wait that somebody who is in a hurry ends. */
export function createGathering(): { wait(): Promise<void>; end(): void } {
  let end = () => {};
  return {
    wait: () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, longestMs);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end: () => end(),
  };
}
