// How tasks stand: open ones in the order that the staff chose, done ones below them, latest first. Pure.

import type { TaskView } from "./models.ts";

/** Open tasks, then done ones. */
export function sunk(tasks: readonly TaskView[]): TaskView[] {
  const open = tasks.filter((task) => !task.done);
  const done = tasks.filter((task) => task.done);
  return [...open, ...done.sort((a, b) => (b.doneAt ?? 0) - (a.doneAt ?? 0))];
}

/** The id before which a task stands after moving by one among the open ones; null is last; undefined: can't move. */
export function beforeAfterMove(
  tasks: readonly TaskView[],
  id: string,
  by: -1 | 1,
): string | null | undefined {
  const open = tasks.filter((task) => !task.done);
  const at = open.findIndex((task) => task.id === id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= open.length) return undefined;
  return by === -1 ? (open[to]?.id ?? null) : nextOf(tasks, open[to]?.id);
}

/** The id before which a task stands when it is dropped on an open one. */
export function beforeAfterDrop(
  tasks: readonly TaskView[],
  id: string,
  onto: string,
): string | null | undefined {
  const open = tasks.filter((task) => !task.done);
  const [from, to] = [open.findIndex((task) => task.id === id), open.findIndex((task) => task.id === onto)];
  if (from < 0 || to < 0 || from === to) return undefined;
  return to < from ? onto : nextOf(tasks, onto);
}

/** What follows a task in the full order, so that it lands right behind it whatever done ones stand between. */
function nextOf(tasks: readonly TaskView[], id: string | undefined): string | null {
  const at = tasks.findIndex((task) => task.id === id);
  return tasks[at + 1]?.id ?? null;
}
