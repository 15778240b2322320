import { randomBytes } from 'node:crypto';
import type { AuditCheckpoint, AuditEvent, AuditKey } from '../../server/storage.ts';
import { now, randomId } from './samples.ts';

export const auditEventSample = (fields: Partial<AuditEvent> = {}): AuditEvent => ({
  id: randomId(),
  chain: randomId(),
  sequence: 0,
  at: now,
  type: 'sign_in.succeeded',
  previousHash: '',
  hash: 'abc',
  ...fields,
});

export const auditKeySample = (fields: Partial<AuditKey> = {}): AuditKey => ({
  id: randomId(),
  sealedKey: 'v1.key.sealed',
  createdAt: now,
  ...fields,
});

export const auditCheckpointSample = (
  no = 1 + randomBytes(4).readUInt32BE(),
  fields: Partial<AuditCheckpoint> = {},
): AuditCheckpoint => ({ id: String(no), no, at: now, jws: 'a.b.c', ...fields });
