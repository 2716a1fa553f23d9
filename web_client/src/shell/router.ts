// Where we are: the path as a signal, in step with the browser's history. Knows paths; refuses to know pages.

import { type ReadonlySignal, signal } from "@preact/signals";

const current = signal(location.pathname);
addEventListener("popstate", () => {
  current.value = location.pathname;
});

export const path: ReadonlySignal<string> = current;

/** Go there: a new entry in the history, or in place of the current one. */
export function go(to: string, { replace = false } = {}): void {
  if (to === location.pathname) return;
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  current.value = to;
}

/** The id in a path like /console/threads/<id>, if the path is one. */
export function idIn(where: string, prefix: string): string | null {
  const id = where.startsWith(prefix) ? where.slice(prefix.length) : "";
  return /^[0-9a-f]{32}$/.test(id) ? id : null;
}
