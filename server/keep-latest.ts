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
