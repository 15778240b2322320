/** Every record, page by page, or the first so many. */
export async function all<T>(
  list: (query: { after?: string; limit: number }) => Promise<{ items: T[]; next?: string }>,
  most = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const limit = Math.min(200, most - items.length);
    const page = await list({ limit, ...(after === undefined ? {} : { after }) });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined && items.length < most);
  return items;
}
