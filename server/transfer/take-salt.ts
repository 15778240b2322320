import { keepPairwiseSalt, openSalt } from '../secret/pairwise-salt.ts';
import type { CarriedSalt } from './content.ts';
import type { Taking } from './taking.ts';

/**
 * So that pairwise apps know people by the `sub`s from before. Where an app here is told such subs already, what is here
 * stays, and the apps that come over would take everybody for somebody new.
 */
export async function takeSalt(taking: Taking, { salt }: CarriedSalt): Promise<void> {
  const { storage, secret, report, store } = taking;
  const sealed = (await storage.installation.find())?.pairwiseSalt;
  if (sealed !== undefined && openSalt(secret, sealed) === salt)
    return report.count('pairwiseSalt', 'present');
  if (await hasPairwiseApp(taking)) {
    const text =
      'is another one here, where apps know people by it: to pairwise apps of the file everybody would be somebody new';
    return report.conflict({ kind: 'pairwiseSalt', item: 'pairwise subs', reason: 'in_use', text });
  }
  if (store) await keepPairwiseSalt({ repository: storage.installation, secret }, salt);
  report.count('pairwiseSalt', 'added');
}

async function hasPairwiseApp({ storage: { apps } }: Taking): Promise<boolean> {
  for (let after: string | undefined; ; ) {
    const { items, next } = await apps.list({ limit: 100, ...(after !== undefined && { after }) });
    if (items.some(({ subjectType }) => subjectType === 'pairwise')) return true;
    if (next === undefined) return false;
    after = next;
  }
}
