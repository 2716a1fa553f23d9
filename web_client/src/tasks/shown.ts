// A task as it is shown. Pure.

import type * as p from "../core/protocol.gen.ts";
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
