import { type Html, html } from '../../html.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { dangerZone } from '../parts/danger.ts';
import { exactDate, factList, panel } from '../parts/facts.ts';
import { type FieldProblems, postButton, postForm, textField } from '../parts/forms.ts';
import { dataTable, emptyState, type Paging, pager } from '../parts/table.ts';
import type { PersonRow } from '../people/person-facts.ts';
import { consoleUrls } from '../urls.ts';

export interface GroupRow {
  id: string;
  /** What apps are told. */
  name: string;
  description?: string;
  hasRule: boolean;
  createdAt: number;
}

export interface GroupsData extends Paging {
  groups: readonly GroupRow[];
  mayChange: boolean;
  notice?: Notice;
}

export function groupsPage(page: ConsoleContext, { groups, mayChange, notice, ...paging }: GroupsData): Html {
  const { words } = page;
  const action =
    mayChange && html`<a class="button primary" href="${consoleUrls.newGroup}">${words('groups.new')}</a>`;
  return consolePage(page, {
    section: 'groups',
    heading: words('console.groups'),
    notice,
    ...(action && groups.length > 0 && { actions: action }),
    content: html`${dataTable<GroupRow>({
      caption: words('console.groups'),
      rows: groups,
      empty: emptyState({
        heading: words('groups.none'),
        text: words('groups.noneText'),
        action: action || undefined,
      }),
      columns: [
        {
          label: words('groups.name'),
          cell: ({ id, name, description }) =>
            html`<a href="${consoleUrls.group(id)}"><bdi>${name}</bdi></a>${description && html`<small>${description}</small>`}`,
        },
        {
          label: words('groups.rule'),
          cell: ({ hasRule }) => words(hasRule ? 'groups.hasRule' : 'groups.noRule'),
        },
        { label: words('person.created'), cell: ({ createdAt }) => exactDate(page, createdAt) },
      ],
    })}
${pager(page, { url: consoleUrls.groups, query: {}, paging })}`,
  });
}

export interface GroupData extends Paging {
  group: GroupRow & { revision: number };
  members: readonly PersonRow[];
  /** Apps that only its people, and those of other such groups, may use. */
  apps: readonly { id: string; name: string }[];
  mayChange: boolean;
  problems: FieldProblems;
  notice?: Notice;
}

export function groupPage(page: ConsoleContext, data: GroupData): Html {
  const { words } = page;
  const { group, mayChange } = data;
  return consolePage(page, {
    section: 'groups',
    crumbs: [],
    heading: html`<bdi>${group.name}</bdi>`,
    title: group.name,
    lead: group.description,
    notice: data.notice,
    content: html`${panel({ id: 'about', heading: words('groups.about'), content: aboutGroup(page, data) })}
${membersPanel(page, data)}
${
  mayChange &&
  dangerZone(page, [
    {
      heading: words('groups.remove'),
      text: words('groups.removeText'),
      act: {
        action: consoleUrls.group(group.id, 'remove'),
        button: words('groups.removeButton'),
        revision: group.revision,
      },
    },
  ])
}`,
  });
}

function aboutGroup(page: ConsoleContext, { group, apps, mayChange }: GroupData): Html {
  const { words } = page;
  const rule = html`${words(group.hasRule ? 'groups.hasRule' : 'groups.noRule')}${
    page.operator.sections.includes('policies') &&
    html` · <a href="${consoleUrls.policy(`group:${group.id}`)}">${words(mayChange ? 'groups.changeRule' : 'groups.showRule')}</a>`
  }`;
  return factList([
    { label: words('groups.claim'), value: html`<code class="plain">${group.name}</code>` },
    { label: words('groups.rule'), value: rule },
    apps.length > 0 && {
      label: words('groups.apps'),
      value: apps.map(
        ({ id, name }, index) =>
          html`${index > 0 && ', '}<a href="${consoleUrls.app(id)}"><bdi>${name}</bdi></a>`,
      ),
    },
    { label: words('person.created'), value: exactDate(page, group.createdAt) },
  ]);
}

function membersPanel(
  page: ConsoleContext,
  { group, members, mayChange, problems, ...paging }: GroupData,
): Html {
  const { words } = page;
  const to = (act: string) => consoleUrls.group(group.id, act);
  return panel({
    id: 'members',
    heading: words('groups.members'),
    content: html`${dataTable<PersonRow>({
      caption: words('groups.members'),
      rows: members,
      empty: html`<p class="hint">${words('groups.noMembers')}</p>`,
      columns: [
        {
          label: words('people.name'),
          cell: ({ id, name }) => html`<a href="${consoleUrls.person(id)}"><bdi>${name}</bdi></a>`,
        },
        { label: words('people.userName'), cell: ({ userName }) => html`<bdi>${userName}</bdi>` },
        ...(mayChange
          ? [
              {
                label: words('groups.takeOut'),
                kind: 'actions' as const,
                quiet: true,
                cell: ({ id, name }: PersonRow) =>
                  postButton({
                    action: to('take-out'),
                    label: words('groups.takeOut'),
                    about: name,
                    fields: { person: id },
                  }),
              },
            ]
          : []),
      ],
    })}
${pager(page, { url: consoleUrls.group(group.id), query: {}, paging })}
${
  mayChange &&
  postForm({
    action: to('add'),
    submit: words('groups.add'),
    content: textField({
      name: 'user',
      label: words('groups.addLabel'),
      hint: words('groups.addHint'),
      maxLength: 254,
      required: true,
      problem: problems.user,
    }),
  })
}`,
  });
}

export interface NewGroupData {
  fields: { name?: string; description?: string };
  problems: FieldProblems;
  notice?: Notice;
}

export function newGroupPage(page: ConsoleContext, { fields, problems, notice }: NewGroupData): Html {
  const { words } = page;
  return consolePage(page, {
    section: 'groups',
    crumbs: [],
    heading: words('groups.new'),
    width: 'reading',
    notice,
    content: html`<section class="panel">${postForm({
      action: consoleUrls.newGroup,
      submit: words('groups.newButton'),
      kind: 'primary',
      cancel: { url: consoleUrls.groups, label: words('action.cancel') },
      content: html`${textField({ name: 'name', label: words('groups.name'), hint: words('groups.nameHint'), value: fields.name, required: true, maxLength: 100, problem: problems.name })}
${textField({ name: 'description', label: words('groups.description'), value: fields.description, maxLength: 200, problem: problems.description })}`,
    })}</section>`,
  });
}
