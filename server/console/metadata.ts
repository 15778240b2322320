import { type ModelRow, metadataPage, modelPage } from '../../views/console/metadata/pages.ts';
import { consoleUrls } from '../../views/console/urls.ts';
import { iconUrl } from '../accounts/icon-url.ts';
import { act } from './problems.ts';
import { type Answer, type ConsoleRoute, may, noticeOf, type Visit } from './visit.ts';

export const metadataRoutes: readonly ConsoleRoute[] = [
  { method: 'GET', path: '/metadata', run: showMetadata },
  { method: 'POST', path: '/metadata/refresh', run: refresh },
  { method: 'GET', path: '/metadata/:aaguid', run: showModel },
];

async function showMetadata(visit: Visit): Promise<Answer> {
  const { admin, page, query } = visit;
  const search = query.search?.trim();
  const [status, { models }] = await Promise.all([
    admin.metadata.status({}),
    search ? admin.metadata.search({ text: search }) : { models: [] },
  ]);
  return {
    page: metadataPage(page, {
      status,
      ...(search && { search }),
      models: models.map(modelRow),
      mayRefresh: may(visit, 'metadata:write'),
      ...noticeOf(visit),
    }),
  };
}

type Model = Awaited<ReturnType<Visit['admin']['metadata']['show']>>;

function modelRow({ icon, ...model }: Model): ModelRow {
  return { ...model, ...(icon !== undefined && { iconUrl: iconUrl(model.aaguid, icon) }) };
}

function refresh({ admin }: Visit): Promise<Answer> {
  return act(consoleUrls.metadata, { kind: 'success', key: 'done.metadataAsked' }, () =>
    admin.metadata.refresh({}),
  );
}

async function showModel({ admin, page, params }: Visit): Promise<Answer> {
  const model = await admin.metadata.show({ aaguid: params.aaguid ?? '' });
  return {
    page: modelPage(page, { model: { ...modelRow(model), attestationTypes: model.attestationTypes } }),
  };
}
