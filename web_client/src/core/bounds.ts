// How much of the past a page keeps. Pure. What is dropped here comes again when it is asked for.

import { Draft, type Keyed } from "./keyed.ts";
import type { Id } from "./protocol.gen.ts";
import type { State } from "./state.ts";

export const ROWS_MAX = 2_000;
export const ITEMS_MAX = 2_000;
/** Opened threads that stay followed in full after they are left, so that going back is instant. */
export const OPENED_MAX = 6;
export const NOTIFICATIONS_MAX = 1_000;

/** The state without its oldest rows and messages, if it has grown over the bounds; else the same state. */
export function bounded(state: State, shownThread: string | null): State {
  let next = state;
  const old = oldest(
    state.rows,
    ROWS_MAX,
    (row) => row.updated_at,
    (row) => state.opened[row.id] === undefined,
  );
  if (old.length > 0) {
    const streams = old.flatMap((id) => [`t:${id}`, `n:${id}`]);
    next = {
      ...next,
      rows: without(next.rows, old),
      streams: without(next.streams, streams),
      holes: without(next.holes, streams),
    };
  }
  for (const [id, thread] of Object.entries(state.opened)) {
    if (id === shownThread || Math.max(thread.items.length, thread.notes.length) <= ITEMS_MAX) continue;
    const less = { ...thread, items: thread.items.slice(-ITEMS_MAX), notes: thread.notes.slice(-ITEMS_MAX) };
    next = { ...next, opened: { ...next.opened, [id]: less } };
  }
  const entries = oldest(state.notifications, NOTIFICATIONS_MAX, (entry) => entry.at);
  if (entries.length > 0) next = { ...next, notifications: without(next.notifications, entries) };
  return next;
}

/** Those over the bound, once there are a tenth more: this is not to be done for each event. */
function oldest<T extends { readonly id: Id }>(
  table: Keyed<T>,
  most: number,
  at: (entity: T) => number,
  mayGo: (entity: T) => boolean = () => true,
): Id[] {
  const { size } = table;
  if (size <= most * 1.1) return [];
  const byAge = table
    .values()
    .filter(mayGo)
    .sort((a, b) => at(a) - at(b));
  return byAge.slice(0, size - most).map((entity) => entity.id);
}

function without<T>(table: Keyed<T>, keys: readonly string[]): Keyed<T> {
  const draft = new Draft(table);
  for (const key of keys) draft.delete(key);
  return draft.done();
}
