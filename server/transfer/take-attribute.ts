import type { AttributeDefinition } from '../accounts/attribute.ts';
import { ConflictError } from '../errors.ts';
import type { Taking } from './taking.ts';

/** Values of another type than the one here would be told to nobody. */
export async function takeAttribute(taking: Taking, definition: AttributeDefinition): Promise<void> {
  const { storage, report, store } = taking;
  const known = (await storage.attributeDefinitions.list()).find(({ id }) => id === definition.id);
  if (known?.type === definition.type) return report.count('attribute', 'present');
  if (known) {
    const text = `is ${known.type} here and ${definition.type} there: with --merge no app is told the values that come`;
    return report.conflict({ kind: 'attribute', item: definition.id, reason: 'other_type', text });
  }
  try {
    if (store) await storage.attributeDefinitions.insert({ ...definition, revision: 1 });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return takeAttribute(taking, definition);
  }
  report.count('attribute', 'added');
}
