import { createPairwiseUse } from '../oidc/pairwise-use.ts';
import { lackOfSalt, openSalt, setPairwiseSalt } from '../secret/pairwise-salt.ts';
import type { CarriedSalt } from './content.ts';
import type { ImportDependencies, Taking } from './taking.ts';

/**
 * So that pairwise apps know people by the `sub`s from before. Where an app here was told such subs already, what is here
 * stays, and the apps that come over would take everybody for somebody new. Where it is lost, an export of this very
 * installation has it.
 */
export async function takeSalt(taking: Taking, { salt }: CarriedSalt): Promise<void> {
  const { storage, secret, report, store, isOfHere } = taking;
  const sealed = (await storage.installation.find())?.pairwiseSalt;
  if (sealed !== undefined && openSalt(secret, sealed) === salt)
    return report.count('pairwiseSalt', 'present');
  const dependents = await createPairwiseUse(taking).dependents();
  const isLost = sealed === undefined && isOfHere;
  if (dependents !== undefined && !isLost) {
    const text = `is another one here, where ${dependents} know people by it: to pairwise apps of the file everybody would be somebody new`;
    return report.conflict({ kind: 'pairwiseSalt', item: 'pairwise subs', reason: 'in_use', text });
  }
  if (store) await setPairwiseSalt({ repository: storage.installation, secret }, salt);
  report.count('pairwiseSalt', 'added');
}

/** Before anything comes over that depends on it. */
export async function beginSalt(dependencies: ImportDependencies): Promise<void> {
  const { storage, secret } = dependencies;
  const { dependents } = createPairwiseUse(dependencies);
  // Where it is gone, it may be what comes over.
  await lackOfSalt({ repository: storage.installation, secret, dependents });
}
