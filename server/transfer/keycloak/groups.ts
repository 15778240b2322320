import { AppError } from '../../errors.ts';
import { groupNameKey, newGroup } from '../../groups/create-group.ts';
import type { Group } from '../../groups/group.ts';
import type { Finding } from '../content.ts';
import { ownClients, type Realm, type RealmGroup, type Role, type User } from './realm.ts';

/** Groups here, of groups and of roles there, and who is in them. */
export interface ReadGroups {
  groups: Group[];
  /** Ids of groups here. */
  groupsOf(user: User): string[];
  /** Own values, then those of their groups from the innermost outwards, as Keycloak resolves them. */
  attributesOf(user: User): Record<string, string[]>;
}

interface Findings {
  left: Finding[];
  notes: Finding[];
}

/** Roles that say nothing of a person: everybody has them. */
const everybodys = ['offline_access', 'uma_authorization'];

export function readGroups(realm: Realm, { left, notes, now }: Findings & { now: number }): ReadGroups {
  const made = new Map<string, Group>();
  const byPath = new Map(withParents(realm.groups).map((entry) => [entry.group.path, entry]));
  const names = new Set<string>();
  const add = (
    key: string,
    { id, name, description }: { id: string; name: string; description?: string },
  ) => {
    try {
      const group = { ...newGroup({ name, ...(description && { description }) }, now), id };
      if (names.has(group.nameKey))
        throw new AppError('field_invalid', { detail: 'its name is that of another' });
      names.add(group.nameKey);
      made.set(key, group);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      left.push({ kind: 'group', item: name, reason: 'name', text: `cannot be a group: ${error.detail}` });
    }
  };
  for (const [path, { group, parents }] of byPath) {
    add(path, { id: group.id, name: path.replace(/^\//, '') });
    if (parents.length > 0) notes.push(subgroupNote(path));
    for (const name of Object.keys(group.attributes)) notes.push(attributeNote(path, name));
  }
  const roles = rolesOf(realm);
  for (const [key, role] of roles) {
    const isTaken = names.has(groupNameKey(key));
    const { description } = role;
    const shown =
      description && !description.startsWith('${') ? { description: description.slice(0, 500) } : {};
    add(`role ${key}`, { id: role.id, name: isTaken ? `${key} (role)` : key, ...shown });
    const text =
      'is a group here, in the claim `groups`: Keycloak tells roles in `realm_access` and `resource_access`';
    notes.push({ kind: 'role', item: key, reason: 'role_is_group', text });
  }
  return {
    groups: [...made.values()],
    groupsOf(user) {
      const own = user.groups.flatMap((path) => byPath.get(path) ?? []);
      const granting = [user, ...own.flatMap(({ group, parents }) => [group, ...parents])];
      const held = expand(granting.flatMap(rolesNamed), roles);
      const keys = [...user.groups, ...[...held].map((key) => `role ${key}`)];
      return keys.flatMap((key) => made.get(key)?.id ?? []);
    },
    attributesOf(user) {
      const holders = user.groups.flatMap((path) => {
        const { group, parents } = byPath.get(path) ?? { group: undefined, parents: [] };
        return group ? [group, ...parents] : [];
      });
      const all = [user, ...holders].map(({ attributes }) => attributes);
      return Object.assign({}, ...all.toReversed());
    },
  };
}

interface Placed {
  group: RealmGroup;
  /** The innermost first. */
  parents: RealmGroup[];
}

function withParents(groups: readonly RealmGroup[], parents: RealmGroup[] = []): Placed[] {
  return groups.flatMap((group) => [
    { group, parents },
    ...withParents(group.subGroups, [group, ...parents]),
  ]);
}

/** By name; those of a client as `client:role`. */
function rolesOf({ roles, defaultRole }: Realm): Map<string, Role> {
  const ofRealm = roles.realm
    .filter(({ name }) => !everybodys.includes(name) && name !== defaultRole?.name)
    .map((role) => [role.name, role] as const);
  const ofClients = Object.entries(roles.client)
    .filter(([client]) => !ownClients.includes(client))
    .flatMap(([client, own]) => own.map((role) => [`${client}:${role.name}`, role] as const));
  return new Map([...ofRealm, ...ofClients]);
}

function rolesNamed({ realmRoles, clientRoles }: Pick<User, 'realmRoles' | 'clientRoles'>): string[] {
  const ofClients = Object.entries(clientRoles).flatMap(([client, names]) =>
    names.map((it) => `${client}:${it}`),
  );
  return [...realmRoles, ...ofClients];
}

/** A composite role holds others. */
function expand(keys: readonly string[], roles: ReadonlyMap<string, Role>): Set<string> {
  const held = new Set<string>();
  const waiting = [...keys];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const role = roles.get(key);
    if (!role || held.has(key)) continue;
    held.add(key);
    const { realm, client } = role.composites;
    waiting.push(...rolesNamed({ realmRoles: realm, clientRoles: client }));
  }
  return held;
}

function subgroupNote(path: string): Finding {
  const item = path.replace(/^\//, '');
  const text = 'is a group of its own here, under this name: there are no groups within groups';
  return { kind: 'group', item, reason: 'subgroup', text };
}

function attributeNote(path: string, name: string): Finding {
  const item = path.replace(/^\//, '');
  const text = `gives its attribute ${name} to each of its people, who keep it if they leave the group`;
  return { kind: 'group', item, reason: 'group_attribute', text };
}
