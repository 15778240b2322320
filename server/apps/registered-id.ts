import { randomUUID } from 'node:crypto';

const pattern = /^registered-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The client id of an app that registers by itself. Nobody chooses such an id and none comes a second time, so that
 * whatever names one that is gone allows nobody anything.
 */
export const newRegisteredId = (): string => `registered-${randomUUID()}`;

export const isRegisteredId = (id: string): boolean => pattern.test(id);
