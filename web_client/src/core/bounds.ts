// How much of the past a page keeps. Pure. What is dropped here comes again when it is asked for.

import type { State } from "./state.ts";
import { withoutKeys } from "./tables.ts";

export const ROWS_MAX = 2_000;
export const ITEMS_MAX = 2_000;
/** Opened threads that stay followed in full after they are left, so that going back is instant. */
export const OPENED_MAX = 6;
export const NOTIFICATIONS_MAX = 1_000;

/** The state without its oldest rows and messages, if it has grown over the bounds; else the same state. */
export function bounded(state: State, shownThread: string | null): State {
  let next = state;
  const rows = Object.values(state.rows);
  // A tenth more than the bound before anything is done: this is not to run for each event.
  if (rows.length > ROWS_MAX * 1.1) {
    const byAge = rows
      .filter((row) => state.opened[row.id] === undefined)
      .sort((a, b) => a.updated_at - b.updated_at);
    const old = byAge.slice(0, rows.length - ROWS_MAX).map((row) => row.id);
    next = {
      ...next,
      rows: withoutKeys(next.rows, ...old),
      streams: withoutKeys(next.streams, ...old.flatMap((id) => [`t:${id}`, `n:${id}`])),
    };
  }
  for (const [id, thread] of Object.entries(state.opened)) {
    if (id === shownThread || Math.max(thread.items.length, thread.notes.length) <= ITEMS_MAX) continue;
    const less = { ...thread, items: thread.items.slice(-ITEMS_MAX), notes: thread.notes.slice(-ITEMS_MAX) };
    next = { ...next, opened: { ...next.opened, [id]: less } };
  }
  const entries = Object.values(state.notifications);
  if (entries.length > NOTIFICATIONS_MAX * 1.1) {
    const old = entries.sort((a, b) => a.at - b.at).slice(0, entries.length - NOTIFICATIONS_MAX);
    next = { ...next, notifications: withoutKeys(next.notifications, ...old.map((entry) => entry.id)) };
  }
  return next;
}
