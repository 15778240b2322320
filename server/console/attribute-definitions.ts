import { type AttributesData, attributesPage } from '../../views/console/attributes/pages.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import { attributeTypes } from '../accounts/attribute.ts';
import { act, attempt } from './problems.ts';
import { type Answer, type ConsoleRoute, may, noticeOf, optional, text, type Visit } from './visit.ts';

export const attributeRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/attributes', run: (visit) => showAttributes(visit) },
  { method: 'POST', path: '/attributes', run: add },
  { method: 'POST', path: '/attributes/remove', run: remove },
];

type Again = Pick<AttributesData, 'problems'> & ReturnType<typeof noticeOf>;

async function showAttributes(visit: Visit, again?: Again): Promise<Answer> {
  const { admin, page, form } = visit;
  const { items } = await admin.attributes.list({});
  return {
    page: attributesPage(page, {
      attributes: items,
      fields: Object.fromEntries(
        ['id', 'label', 'type', 'description'].map((name) => [name, text(form, name)]),
      ),
      mayChange: may(visit, 'system:write'),
      ...(again ?? { problems: {}, ...noticeOf(visit) }),
    }),
  };
}

function add(visit: Visit): Promise<Answer> {
  const { admin, form } = visit;
  return attempt(
    visit,
    async () => {
      const description = optional(form, 'description');
      const { label } = await admin.attributes.add({
        id: text(form, 'id'),
        label: text(form, 'label'),
        type: attributeTypes.find((each) => each === form.get('type')) ?? 'string',
        ...(description && { description }),
      });
      const told = { kind: 'success', key: 'done.attributeAdded', values: { name: label } } as const;
      return { to: consoleUrls.attributes, told };
    },
    (refused) => showAttributes(visit, refused),
  );
}

function remove({ admin, form }: Visit): Promise<Answer> {
  return act(consoleUrls.attributes, { kind: 'success', key: 'done.attributeRemoved' }, () =>
    admin.attributes.remove({ id: text(form, 'attribute') }),
  );
}
