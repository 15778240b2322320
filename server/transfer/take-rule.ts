import { isDeepStrictEqual } from 'node:util';
import type { AuthenticatorRule } from '../authenticator-policy/rule.ts';
import { AppError } from '../errors.ts';
import type { Taking } from './taking.ts';

const about = { kind: 'rule', item: 'installation' };

/** What the installation asks of every passkey. Those of groups and apps come with them. */
export async function takeRule(taking: Taking, { rule }: { rule: AuthenticatorRule }): Promise<void> {
  const { administration, report, store } = taking;
  const here = await administration.findFloor({});
  if (here.revision > 0) {
    if (isDeepStrictEqual(plain(here.rule), plain(rule))) return report.count('rule', 'present');
    const text = 'has a rule for authenticators here, which stays: `latchkey policy apply` puts another';
    return report.conflict({ ...about, reason: 'rule_set', text });
  }
  try {
    if (store)
      await administration.setFloor({
        rule,
        expectedRevision: here.revision,
        administrators: await administrators(taking),
      });
    report.count('rule', 'added');
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    report.left({ ...about, reason: error.code, text: `cannot have this rule: ${error.message}` });
  }
}

const plain = (rule: AuthenticatorRule): unknown => JSON.parse(JSON.stringify(rule));

async function administrators({ storage }: Taking): Promise<string[]> {
  const accounts = await storage.accounts.listByRole('administrator');
  return accounts.filter(({ status }) => status === 'active').flatMap(({ userHandles }) => userHandles);
}
