import type { App } from './app.ts';

type Exchange = NonNullable<App['tokenExchange']>;

/** Whose tokens an app may exchange, without those of some apps: nobody's is no exchange at all. */
export function exchangeWithout(exchange: Exchange, ids: ReadonlySet<string>): Exchange | undefined {
  const lists = Object.entries(exchange).map(
    ([what, apps]) => [what, apps.filter((id) => !ids.has(id))] as const,
  );
  const kept = Object.fromEntries(lists.filter(([, apps]) => apps.length > 0));
  return kept.apps ? { ...kept, apps: kept.apps } : undefined;
}
