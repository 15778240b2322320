import { type Html, html } from '../../html.ts';
import type { MessageKey } from '../../words.ts';
import { type ConsoleContext, consolePage, type Notice } from '../frame.ts';
import { panel } from '../parts/facts.ts';
import { type FieldProblems, postButton, postForm, selectField, textField } from '../parts/forms.ts';
import { dataTable } from '../parts/table.ts';
import { consoleUrls } from '../urls.ts';

export interface AttributeRow {
  /** The name of the claim. */
  id: string;
  label: string;
  type: 'string' | 'number' | 'boolean' | 'strings';
  description?: string;
}

export interface AttributesData {
  attributes: readonly AttributeRow[];
  fields: { id?: string; label?: string; type?: string; description?: string };
  mayChange: boolean;
  problems: FieldProblems;
  notice?: Notice;
}

const types: Readonly<Record<AttributeRow['type'], MessageKey>> = {
  string: 'attributes.string',
  number: 'attributes.number',
  boolean: 'attributes.boolean',
  strings: 'attributes.strings',
};

/** What is kept of people beside what everybody has: few, so there is one page for all of it. */
export function attributesPage(page: ConsoleContext, data: AttributesData): Html {
  const { words } = page;
  return consolePage(page, {
    section: 'people',
    crumbs: [],
    heading: words('attributes.heading'),
    lead: words('attributes.lead'),
    notice: data.notice,
    content: html`${table(page, data)}
${data.mayChange && panel({ id: 'new', heading: words('attributes.new'), content: newForm(page, data) })}`,
  });
}

function table(page: ConsoleContext, { attributes, mayChange }: AttributesData): Html {
  const { words } = page;
  return dataTable<AttributeRow>({
    caption: words('attributes.heading'),
    rows: attributes,
    empty: html`<p class="hint">${words('attributes.none')}</p>`,
    columns: [
      {
        label: words('attributes.label'),
        cell: ({ label, description }) =>
          html`<bdi>${label}</bdi>${description && html`<small>${description}</small>`}`,
      },
      { label: words('attributes.claim'), cell: ({ id }) => html`<code class="plain">${id}</code>` },
      { label: words('attributes.type'), cell: ({ type }) => words(types[type]) },
      ...(mayChange
        ? [
            {
              label: words('attributes.remove'),
              kind: 'actions' as const,
              quiet: true,
              cell: ({ id, label }: AttributeRow) =>
                postButton({
                  action: consoleUrls.removeAttribute,
                  label: words('attributes.remove'),
                  about: label,
                  fields: { attribute: id },
                }),
            },
          ]
        : []),
    ],
  });
}

function newForm({ words }: ConsoleContext, { fields, problems }: AttributesData): Html {
  return postForm({
    action: consoleUrls.attributes,
    submit: words('attributes.add'),
    kind: 'primary',
    content: html`${textField({ name: 'label', label: words('attributes.label'), hint: words('attributes.labelHint'), value: fields.label, required: true, maxLength: 60, problem: problems.label })}
${textField({ name: 'id', label: words('attributes.claim'), hint: words('attributes.claimHint'), value: fields.id, required: true, maxLength: 100, problem: problems.id })}
${selectField({ name: 'type', label: words('attributes.type'), value: fields.type ?? 'string', options: Object.entries(types).map(([value, key]) => ({ value, label: words(key) })), problem: problems.type })}
${textField({ name: 'description', label: words('groups.description'), value: fields.description, maxLength: 500, problem: problems.description })}`,
  });
}
