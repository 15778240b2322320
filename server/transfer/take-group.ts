import { ConflictError } from '../errors.ts';
import type { Group } from '../groups/group.ts';
import type { Taking } from './taking.ts';

/** A group of the same name is the same group to every app: its people join it where that is meant. */
export async function takeGroup(taking: Taking, group: Group): Promise<void> {
  const { groups } = taking.storage;
  if (await groups.findById(group.id)) return taken(taking, group, group.id);
  const sameName = await groups.findByNameKey(group.nameKey);
  if (sameName) return inTheWay(taking, group, sameName.id);
  try {
    if (taking.store) await groups.insert({ ...group, revision: 1 });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    // Made here meanwhile: a second look finds it.
    return takeGroup(taking, group);
  }
  taking.groupIds.set(group.id, group.id);
  taking.report.count('group', 'added');
}

function taken({ groupIds, report }: Taking, group: Group, id: string): void {
  groupIds.set(group.id, id);
  report.count('group', 'present');
}

function inTheWay({ groupIds, report }: Taking, group: Group, id: string): void {
  groupIds.set(group.id, id);
  const text = 'is the name of a group that is here: with --merge its people join that one';
  report.conflict({ kind: 'group', item: group.name, reason: 'name_taken', text });
}
