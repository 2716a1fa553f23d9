// A task as it is shown, and whether any thread's tasks have changed. Pure.

import type * as p from "../core/protocol.gen.ts";
import type { State } from "../core/state.ts";
import type { TaskView } from "./models.ts";

export function taskView(task: p.Task): TaskView {
  return {
    id: task.id,
    text: task.text,
    done: task.done ?? false,
    ...(task.done_by ? { doneBy: task.done_by.name } : {}),
    ...(task.done_at ? { doneAt: task.done_at } : {}),
  };
}

/** Whether a thread has more or fewer tasks than before, or tasks done. */
export function tasksChanged(before: State, after: State): boolean {
  return after.rows
    .since(before.rows)
    .some(([row, old]) => old?.tasks_done !== row.tasks_done || old?.tasks_total !== row.tasks_total);
}
