import mongoose from 'mongoose';

/** A query as it reached the driver. */
export interface SeenQuery {
  collection: string;
  filter: Record<string, unknown>;
  sort: Record<string, 1 | -1>;
}

export interface SeenIndex {
  key: Record<string, number>;
  partialFilterExpression?: Record<string, unknown>;
}

const methods = [
  'find',
  'findOne',
  'updateOne',
  'updateMany',
  'deleteOne',
  'deleteMany',
  'findOneAndUpdate',
  'findOneAndDelete',
] as const;

/** Notes down every query of this process until it is disposed of. */
export function watchQueries(): Disposable & { readonly seen: SeenQuery[] } {
  const { prototype } = mongoose.mongo.Collection;
  const seen: SeenQuery[] = [];
  const real = methods.map((method) => [method, prototype[method]] as const);
  for (const [method, original] of real)
    Object.defineProperty(prototype, method, {
      configurable: true,
      writable: true,
      value(this: { collectionName: string }, filter: SeenQuery['filter'] = {}, ...rest: unknown[]) {
        const { sort = {} } = (rest.at(-1) ?? {}) as { sort?: SeenQuery['sort'] };
        seen.push({ collection: this.collectionName, filter, sort });
        return Reflect.apply(original, this, [filter, ...rest]);
      },
    });
  return {
    seen,
    [Symbol.dispose]() {
      for (const [method, value] of real)
        Object.defineProperty(prototype, method, { configurable: true, writable: true, value });
    },
  };
}

type Bound = 'equal' | 'range';

/**
 * Whether one index serves the whole query, as MongoDB's planner would use it: keys that are equal to something, in
 * whatever order, then those of the order, in theirs or the other way round, then a range
 * (https://www.mongodb.com/docs/manual/tutorial/equality-sort-range-guideline/). Of single ids nothing is to be sorted.
 */
export function isServed(
  { filter, sort }: Omit<SeenQuery, 'collection'>,
  indexes: readonly SeenIndex[],
): boolean {
  const bounds = boundsOf(filter);
  if (bounds.get('_id') === 'equal') return true;
  return indexes.some((index) => isImplied(index, filter, bounds) && serves(index, bounds, sort));
}

function serves({ key }: SeenIndex, bounds: ReadonlyMap<string, Bound>, sort: SeenQuery['sort']): boolean {
  const keys = Object.entries(key);
  const equal = keys.findIndex(([field]) => bounds.get(field) !== 'equal');
  const rest = equal === -1 ? [] : keys.slice(equal);
  const order = Object.entries(sort).filter(([field]) => bounds.get(field) !== 'equal');
  const directions = new Set(
    order.map(([field, direction], at) => (rest[at]?.[0] === field ? direction * (rest[at]?.[1] ?? 0) : 0)),
  );
  if (directions.has(0) || directions.size > 1) return false;
  const [next = ''] = rest[0] ?? [];
  const isRange = bounds.get(next) === 'range';
  const begins = keys.length > rest.length || isRange;
  return begins || (bounds.size === 0 && order.length > 0);
}

function boundsOf(filter: Record<string, unknown>): Map<string, Bound> {
  const bounds = new Map<string, Bound>();
  for (const [field, value] of Object.entries(filter)) {
    if (field === '$and')
      for (const part of value as Record<string, unknown>[])
        for (const [name, bound] of boundsOf(part)) bounds.set(name, bound);
    else if (!field.startsWith('$')) {
      const bound = boundOf(value);
      if (bound) bounds.set(field, bound);
    }
  }
  return bounds;
}

/** What else is asked (`$ne`, `$exists`) is looked at in what the index finds, and finds nothing by itself. */
function boundOf(value: unknown): Bound | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Date) return 'equal';
  const operators = Object.keys(value);
  if (operators.some((operator) => ['$in', '$eq'].includes(operator))) return 'equal';
  if (operators.some((operator) => ['$gt', '$gte', '$lt', '$lte', '$elemMatch'].includes(operator)))
    return 'range';
  return undefined;
}

/** A partial index holds only what its expression lets in: the query must ask for no more. */
function isImplied(
  { partialFilterExpression = {} }: SeenIndex,
  filter: Record<string, unknown>,
  bounds: ReadonlyMap<string, Bound>,
): boolean {
  return Object.entries(partialFilterExpression).every(([field, condition]) =>
    typeof condition === 'object'
      ? bounds.has(field) || JSON.stringify(filter[field]) === JSON.stringify(condition)
      : filter[field] === condition,
  );
}
