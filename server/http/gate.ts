import type { Middleware } from 'koa';
import { AppError } from '../errors.ts';

/** Stands for the rooms until they are open: a server answers before its database does. */
export interface Gate {
  readonly middleware: Middleware;
  open(rooms: Middleware): void;
  /** @throws AppError `unavailable` */
  requireOpen(): Middleware;
}

/** @param check throws while nothing may be served though the rooms are open */
export function createGate(check: () => void = () => {}): Gate {
  let behind: Middleware | undefined;
  const requireOpen = () => {
    if (!behind) throw new AppError('unavailable', { detail: 'the storage has not been reached yet' });
    check();
    return behind;
  };
  return {
    middleware: (ctx, next) => requireOpen()(ctx, next),
    open(rooms) {
      behind = rooms;
    },
    requireOpen,
  };
}
