import { AppError } from '../errors.ts';
import { ifAllowed } from './problems.ts';
import type { Visit } from './visit.ts';

/** What a filter names, and the words to show and to keep for it: those that a person would say. */
export interface Named {
  id: string;
  name: string;
  asked: string;
}

/** By user name or id. @throws AppError `not_found` */
export async function namedPerson({ admin }: Visit, user: string): Promise<Named> {
  const { id, name, userName } = (await admin.people.show({ user })).account;
  return { id, name, asked: userName };
}

/** By client id, or by a name that finds no other app. @throws AppError `not_found` */
export async function namedApp(visit: Visit, asked: string): Promise<Named> {
  const app = (await ifAllowed(() => visit.admin.apps.show({ id: asked }))) ?? (await onlyApp(visit, asked));
  if (!app) throw new AppError('not_found', { field: 'app', detail: `there is no app "${asked}"` });
  const { id, name } = app;
  const isOnly = id === asked ? (await onlyApp(visit, name))?.id === id : true;
  return { id, name, asked: isOnly ? name : id };
}

async function onlyApp({ admin }: Visit, text: string) {
  const { items } = await admin.apps.list({ text: text.slice(0, 200), limit: 2 });
  return items.length === 1 ? items[0] : undefined;
}
