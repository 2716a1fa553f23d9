// What happened to a thread's tasks, as the list below them tells it. Pure.

import type { Id, Task } from "../core/protocol.gen.ts";
import type { OpenThread } from "../core/state.ts";
import type { SystemView } from "./models.ts";
import { placeOf } from "./told.ts";

/** The changes of a thread's tasks that are loaded, newest first. */
export function taskChanges(
  thread: OpenThread,
): { readonly key: string; readonly at: number; readonly change: SystemView }[] {
  const texts = new Map<Id, string>(thread.tasks.map((task: Task) => [task.id, task.text]));
  for (const { event } of thread.items)
    if (event.type === "task.added") texts.set(event.task.id, texts.get(event.task.id) ?? event.task.text);
  const changes = thread.items.flatMap(({ event, actor, at, seq }) => {
    if (placeOf(event) !== "tasks") return [];
    const text = "task_id" in event ? (texts.get(event.task_id) ?? "") : "";
    return [{ key: `t:${seq}`, at, change: { event, actor: actor?.name ?? "", text } }];
  });
  return changes.reverse();
}
