import { type CeremonyContext, ceremonyProbes } from './ceremony-probes.ts';
import { continuousProbes } from './continuous-probes.ts';
import { type EdgeContext, edgeProbes } from './edge-probes.ts';
import type { ManagerContext } from './manager-context.ts';
import { managerProbes } from './manager-probes.ts';
import { type StorageContext, storageProbes } from './storage-probes.ts';
import type { Probe } from './verify.ts';

export const allProbes: readonly Probe<EdgeContext & ManagerContext & CeremonyContext & StorageContext>[] = [
  ...edgeProbes,
  ...ceremonyProbes,
  ...managerProbes,
  ...continuousProbes,
  ...storageProbes,
];
