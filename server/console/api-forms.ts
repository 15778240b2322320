import { type ApiFields, type ApiFormData, apiFormPage } from '../../views/console/apis/api-form.ts';
import type { FieldProblems } from '../../views/console/parts/forms.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import type { ApiFacts } from '../admin/apis.ts';
import { attempt } from './problems.ts';
import {
  type Answer,
  type ConsoleRoute,
  lines,
  type noticeOf,
  optional,
  revisionOf,
  text,
  type Visit,
} from './visit.ts';

export const apiFormRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/apis/new', run: (visit) => showNew(visit) },
  { method: 'POST', path: '/apis/new', run: add },
  { method: 'GET', path: '/apis/:id/edit', run: (visit) => showChange(visit) },
  { method: 'POST', path: '/apis/:id/edit', run: change },
];

type Again = Pick<ApiFormData, 'problems'> & ReturnType<typeof noticeOf>;

const untouched: ApiFields = {
  ...{ audience: '', name: '', scopes: '', introspectedBy: '', detailTypes: '' },
  ...{ tokenFormat: 'jwt', tokenLifetime: '600', signingAlg: 'ES256' },
};

async function showNew({ page, form }: Visit, again?: Again): Promise<Answer> {
  const fields = again ? typed(form) : untouched;
  return { page: apiFormPage(page, { fields, ...(again ?? { problems: {} }) }) };
}

async function showChange({ admin, page, params, form }: Visit, again?: Again): Promise<Answer> {
  const api = await admin.apis.show({ api: params.id ?? '' });
  const fields = again ? typed(form) : fieldsOf(api);
  return { page: apiFormPage(page, { api, fields, ...(again ?? { problems: {} }) }) };
}

function typed(form: URLSearchParams): ApiFields {
  const names = Object.keys(untouched) as (keyof ApiFields)[];
  return Object.fromEntries(names.map((name) => [name, text(form, name)])) as unknown as ApiFields;
}

function fieldsOf({ detailTypes, scopes, introspectedBy, ...api }: ApiFacts): ApiFields {
  return {
    ...api,
    tokenLifetime: String(api.tokenLifetime),
    scopes: scopes.map(({ name, sentence }) => `${name} ${sentence}`).join('\n'),
    introspectedBy: introspectedBy.join('\n'),
    detailTypes: detailTypes ? JSON.stringify(detailTypes, undefined, 2) : '',
  };
}

/** As it was typed: the operation checks it. */
function saidOf(form: URLSearchParams) {
  return {
    name: text(form, 'name'),
    scopes: lines(form, 'scopes').map((line) => {
      const [, name = line, sentence = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      return { name, sentence };
    }),
    tokenFormat: text(form, 'tokenFormat') as ApiFacts['tokenFormat'],
    tokenLifetime: Number(text(form, 'tokenLifetime')),
    signingAlg: text(form, 'signingAlg') as ApiFacts['signingAlg'],
    introspectedBy: lines(form, 'introspectedBy'),
  };
}

/** What is no JSON is refused by the operation, with the field. */
function detailTypesOf(form: URLSearchParams): NonNullable<ApiFacts['detailTypes']> | undefined {
  const given = optional(form, 'detailTypes');
  if (given === undefined) return undefined;
  try {
    return JSON.parse(given);
  } catch {
    return given as unknown as NonNullable<ApiFacts['detailTypes']>;
  }
}

function add(visit: Visit): Promise<Answer> {
  const { admin, form } = visit;
  return attempt(
    visit,
    async () => {
      const detailTypes = detailTypesOf(form);
      const { id, name } = await admin.apis.add({
        ...{ audience: text(form, 'audience'), ...saidOf(form) },
        ...(detailTypes && { detailTypes }),
      });
      const told = { kind: 'success', key: 'done.apiAdded', values: { name } } as const;
      return { to: consoleUrls.api(id), told };
    },
    (refused) => showNew(visit, withLines(visit, refused)),
  );
}

function change(visit: Visit): Promise<Answer> {
  const { admin, params, form } = visit;
  return attempt(
    visit,
    async () => {
      const api = await admin.apis.show({ api: params.id ?? '' });
      const [said, detailTypes] = [saidOf(form), detailTypesOf(form) ?? null];
      const apps = withoutWhatIsGone(api.apps, { scopes: said.scopes, detailTypes });
      await admin.apis.update({ api: api.id, ...said, detailTypes, apps, ...revisionOf(form) });
      return { to: consoleUrls.api(api.id), told: { kind: 'success', key: 'done.saved' } };
    },
    (refused) => showChange(visit, withLines(visit, refused)),
  );
}

/** A scope that is taken away is taken from every app, as the form says. */
function withoutWhatIsGone(
  apps: ApiFacts['apps'],
  {
    scopes,
    detailTypes,
  }: Pick<ApiFacts, 'scopes'> & { detailTypes: NonNullable<ApiFacts['detailTypes']> | null },
): ApiFacts['apps'] {
  const names = new Set(scopes.map(({ name }) => name));
  const types = new Set(Array.isArray(detailTypes) ? detailTypes.map(({ type }) => type) : []);
  return apps.flatMap(({ id, ...had }) => {
    const [people, machine] = [had.people, had.machine].map((list) => list.filter((one) => names.has(one)));
    const details = had.details?.filter((type) => types.has(type)) ?? [];
    const entry = {
      id,
      people: people ?? [],
      machine: machine ?? [],
      ...(details.length > 0 && { details }),
    };
    return entry.people.length + entry.machine.length + details.length > 0 ? [entry] : [];
  });
}

/** Of a list that was typed as lines, the line is named that is wrong. */
function withLines(
  { page }: Visit,
  { byPath, problems, ...refused }: Again & { byPath: FieldProblems },
): Again {
  const found = Object.entries(byPath).flatMap(([path, problem]) => {
    const [, field, index] = /^(scopes|introspectedBy)\.(\d+)/.exec(path) ?? [];
    return field ? [[field, page.words('api.line', { line: Number(index) + 1, problem })] as const] : [];
  });
  return { ...refused, problems: { ...problems, ...Object.fromEntries(found.toReversed()) } };
}
