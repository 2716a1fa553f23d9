// Records as values: copies with something taken away.

/** The same entries without these; the same object when nothing goes. */
export function withoutKeys<T>(
  table: Readonly<Record<string, T>>,
  ...keys: string[]
): Readonly<Record<string, T>> {
  if (!keys.some((key) => key in table)) return table;
  const left = { ...table };
  for (const key of keys) delete left[key];
  return left;
}
