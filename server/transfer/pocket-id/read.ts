import { AppError } from '../../errors.ts';
import { newGroup } from '../../groups/create-group.ts';
import type { Group } from '../../groups/group.ts';
import { withoutTwins } from '../carried-account.ts';
import type { CarriedItem, Finding, TransferContent } from '../content.ts';
import { defineAttributes } from '../define-attributes.ts';
import { readClient } from './clients.ts';
import { readUser } from './people.ts';
import { counted, parseTables, type RawTables, type Tables } from './tables.ts';

interface PocketIdOptions {
  /** What the passkeys belong to: the host of its APP_URL, which it does not export. */
  rpId: string;
  redirects?: Readonly<Record<string, readonly string[]>>;
  now: number;
}

/** What `openPocketId` found. @throws AppError `field_invalid` for rows that are not as Pocket ID writes them */
export function readPocketId(
  raw: RawTables,
  { rpId, redirects = {}, now }: PocketIdOptions,
): TransferContent {
  const tables = parseTables(raw);
  if (tables.users.length === 0)
    throw new AppError('field_invalid', {
      field: 'file',
      detail: 'there is nobody in it: it is not what Pocket ID writes',
    });
  const left: Finding[] = [...leftBehind(tables)];
  const notes: Finding[] = [...groupClaims(tables)];
  const findings = { left, notes, now };
  const groups = tables.user_groups.flatMap((row) => readGroup(row, findings) ?? []);
  const apps = tables.oidc_clients.flatMap(
    (row) => readClient(row, { ...findings, tables, redirects }) ?? [],
  );
  const reading = { ...findings, rpId, ...belongings(tables) };
  const people = withoutTwins(
    tables.users.flatMap((row) => readUser(row, reading) ?? []),
    left,
  );
  const defined = defineAttributes(people, findings);
  notes.push({ kind: 'passkey', item: 'all', reason: 'rp_id', text: `were made for the RP ID ${rpId}` });
  const items: CarriedItem[] = [
    ...defined.definitions.map((record) => ({ kind: 'attribute' as const, record })),
    ...groups.map((record) => ({ kind: 'group' as const, record })),
    ...apps.map((record) => ({ kind: 'app' as const, record })),
    ...defined.people.map((record) => ({ kind: 'person' as const, record })),
  ];
  return {
    source: 'pocket-id',
    async *items() {
      yield* items;
    },
    left,
    notes,
  };
}

function readGroup(
  { id, name, friendly_name: shown, created_at: createdAt }: Tables['user_groups'][number],
  { left, now }: { left: Finding[]; now: number },
): Group | undefined {
  try {
    const description = shown && shown !== name ? { description: shown.slice(0, 500) } : {};
    return { ...newGroup({ name, ...description }, createdAt ?? now), id };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    left.push({ kind: 'group', item: name, reason: 'name', text: `cannot be a group: ${error.detail}` });
    return undefined;
  }
}

/** What belongs to whom, by the id of the person. */
function belongings(tables: Tables) {
  const memberships = Map.groupBy(tables.user_groups_users, ({ user_id: user }) => user);
  const credentials = Map.groupBy(tables.webauthn_credentials, ({ user_id: user }) => user);
  const ofUsers = Map.groupBy(tables.custom_claims, ({ user_id: user }) => user ?? '');
  const ofGroups = Map.groupBy(tables.custom_claims, ({ user_group_id: group }) => group ?? '');
  const groupsOf = (userId: string) =>
    (memberships.get(userId) ?? []).map(({ user_group_id: group }) => group);
  return {
    groupsOf,
    credentialsOf: (userId: string) => credentials.get(userId) ?? [],
    claimsOf(userId: string): ReadonlyMap<string, string> {
      const inherited = groupsOf(userId).flatMap((group) => ofGroups.get(group) ?? []);
      const all = [...(ofUsers.get(userId) ?? []), ...inherited];
      return new Map(all.toReversed().map(({ key, value }) => [key, value]));
    },
  };
}

const ends: Record<(typeof counted)[number], string> = {
  oidc_refresh_tokens: 'end: apps send people to sign in once more',
  user_authorized_oidc_clients: 'are asked for once more',
  signup_tokens: 'end: invite people with `latchkey user invite`',
  audit_logs: 'stay there',
};

/** What belongs to nobody, or has no place here. */
function* leftBehind({ counts, api_keys: keys, app_config_variables: settings }: Tables): Generator<Finding> {
  yield {
    kind: 'key',
    item: 'Pocket ID',
    reason: 'not_here',
    text: 'has other signing keys here: the issuer is another one',
  };
  for (const table of counted) {
    const count = counts[table] ?? 0;
    if (count > 0) yield { kind: 'record', item: `${count} ${table}`, reason: 'not_here', text: ends[table] };
  }
  for (const { name } of keys)
    yield {
      kind: 'API key',
      item: name,
      reason: 'not_here',
      text: 'ends: register an app of the kind machine for what it did',
    };
  const isOn = (key: string) => settings.some((setting) => setting.key === key && setting.value === 'true');
  if (isOn('ldapEnabled'))
    yield {
      kind: 'user federation',
      item: 'LDAP',
      reason: 'not_here',
      text: 'is not read here: its people are those that were exported',
    };
}

function* groupClaims({ custom_claims: claims, user_groups: groups }: Tables): Generator<Finding> {
  for (const { key, user_group_id: id } of claims) {
    const group = groups.find((one) => one.id === id);
    const text = `gives its claim ${key} to each of its people, who keep it if they leave the group`;
    if (group) yield { kind: 'group', item: group.name, reason: 'group_claim', text };
  }
}
