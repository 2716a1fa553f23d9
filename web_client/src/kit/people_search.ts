// Finding people by what somebody types: every typed word must begin a word of the name, accents or not.
// Pure; used by the assign picker, the @-picker and the To field.

import { fold, matches } from "./folding.ts";

/** Those whose name matches; better ones (the name itself begins with the query) first, otherwise as given. */
export function search<T>(all: readonly T[], query: string, nameOf: (item: T) => string): T[] {
  const wanted = fold(query.trim());
  const found = all.filter((item) => matches(nameOf(item), query));
  const rank = (item: T): number => (fold(nameOf(item)).startsWith(wanted) ? 0 : 1);
  return found
    .map((item, index) => ({ item, index }))
    .sort((a, b) => rank(a.item) - rank(b.item) || a.index - b.index)
    .map(({ item }) => item);
}
