// Whether any thread's tasks have changed. Pure.

import type { State } from "../core/state.ts";

/** Whether a thread has more or fewer tasks than before, or tasks done. */
export function tasksChanged(before: State, after: State): boolean {
  return after.rows
    .since(before.rows)
    .some(([row, old]) => old?.tasks_done !== row.tasks_done || old?.tasks_total !== row.tasks_total);
}
