/** What has to be done until the APIs are as a file says. */
import { AppError, type FieldProblem } from '../errors.ts';
import type { ApiFacts } from './apis.ts';
import type { Configuration, Current, WrittenApi } from './configuration.ts';
import { type Change, type Create, differences, type Other, placed, repeated, step } from './plan-step.ts';
import { currentApiSettings, wantedApiSettings } from './written-api.ts';

export type ApiStep = Create<WrittenApi> | Change | Other;

interface Planning {
  wanted: Configuration;
  current: Current;
}

/** What each says by itself, with its place in the file. */
export function problemsOfApis({ wanted: { apis = [] }, current }: Planning): FieldProblem[] {
  return [
    ...repeated(apis, 'apis', ({ audience }) => audience),
    ...apis.flatMap((api, index) => {
      try {
        wantedApiSettings(api, current);
        return [];
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return placed(`apis.${index}`, error.problems);
      }
    }),
  ];
}

/** Names of apps that would not be there. What an API named before may stay, unless it is about to go. */
export function danglingApps(
  { wanted: { apis = [] }, current }: Planning,
  isThere: (appId: string) => boolean,
): FieldProblem[] {
  return apis.flatMap(({ audience, apps = [], introspectedBy = [] }, index) => {
    const before = find(current, audience);
    const said = before ? [...before.apps.map(({ id }) => id), ...before.introspectedBy] : [];
    const known = (id: string) => current.apps.some((app) => app.id === id);
    const isGone = (id: string) => !isThere(id) && (known(id) || !said.includes(id));
    const problem = (field: string, id: string) => ({
      field: `apis.${index}.${field}`,
      message: `there is no app "${id}", here or in the file`,
    });
    return [
      ...apps.flatMap(({ id }, place) => (isGone(id) ? [problem(`apps.${place}.id`, id)] : [])),
      ...introspectedBy.flatMap((id, place) => (isGone(id) ? [problem(`introspectedBy.${place}`, id)] : [])),
    ];
  });
}

export function apiSteps({ wanted: { apis }, current, prune }: Planning & { prune: boolean }): ApiStep[] {
  if (!apis) return [];
  const unnamed = current.apis.filter((api) => !apis.some(({ audience }) => audience === api.audience));
  return [
    ...apis.map((api) => apiStep(api, current)),
    ...(prune ? unnamed.map(({ id, audience: name }) => ({ action: 'remove' as const, name, id })) : []),
  ];
}

function apiStep(api: WrittenApi, current: Current): ApiStep {
  const { audience: name } = api;
  const before = find(current, name);
  if (!before) return { action: 'create', name, input: api };
  const { id, revision } = before;
  const changes = differences(currentApiSettings(before), wantedApiSettings(api, current));
  return step({ name, id, revision, changes });
}

const find = ({ apis }: Current, audience: string): ApiFacts | undefined =>
  apis.find((api) => api.audience === audience);
