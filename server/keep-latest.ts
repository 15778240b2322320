/** Remembers a value, and forgets the one that has been there the longest where there would be more than `most`. */
export function keepLatest<Key, Value>(
  entries: Map<Key, Value>,
  { key, value, most }: { key: Key; value: Value; most: number },
): void {
  entries.delete(key);
  entries.set(key, value);
  const [oldest] = entries.keys();
  if (entries.size > most && oldest !== undefined) entries.delete(oldest);
}

/** What was said lately: the latest `most` at least, and as many again. Cheaper than `keepLatest` for what is asked all the time. */
export interface Lately<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

export function createLately<Value>(most: number): Lately<Value> {
  let [latest, earlier] = [new Map<string, Value>(), new Map<string, Value>()];
  return {
    get: (key) => latest.get(key) ?? earlier.get(key),
    set(key, value) {
      if (latest.size >= most) [latest, earlier] = [new Map(), latest];
      latest.set(key, value);
    },
  };
}
