// What is told in a line of the stream, or among the changes of the tasks, though nobody wrote it: one row says of each event
// where it is told, with which icon and in which words. An event without a row is told nowhere. The rows of what only staff hear
// stand in told_to_staff.ts.

import type { Event } from "../core/protocol.gen.ts";
import { t } from "../i18n/index.ts";
import { ArchiveIcon, CheckIcon, type Icon, PencilIcon, TasksIcon } from "../kit/icons.tsx";
import type { SystemView } from "./models.ts";

/** `place`: in the stream, as it stands there; in the stream by its time, for what has no place among what clients see;
 *  or among the changes of the tasks. */
type Place = "stream" | "time" | "tasks";
type Told<E> = readonly [place: Place, icon: Icon, words: (system: SystemView<E>) => string];

export type ToldRows = { readonly [T in Event["type"]]?: Told<Extract<Event, { readonly type: T }>> };

const told: ToldRows = {
  "thread.renamed": [
    "stream",
    PencilIcon,
    ({ actor, event }) => t("system.renamed", { actor, subject: event.subject }),
  ],
  "thread.archived": [
    "stream",
    ArchiveIcon,
    ({ actor }) => (actor ? t("system.archived", { actor }) : t("system.archivedAlone")),
  ],
  "thread.reopened": ["stream", ArchiveIcon, ({ actor }) => t("system.reopened", { actor })],
  "tasks.completed": ["stream", CheckIcon, () => t("system.tasksCompleted")],
  "task.added": [
    "tasks",
    TasksIcon,
    ({ actor, event }) => t("system.taskAdded", { actor, text: event.task.text }),
  ],
  "task.edited": [
    "tasks",
    TasksIcon,
    ({ actor, event }) => t("system.taskEdited", { actor, text: event.text }),
  ],
  "task.completed": [
    "tasks",
    CheckIcon,
    ({ actor, text = "" }) => t("system.taskCompleted", { actor, text }),
  ],
  "task.reopened": ["tasks", TasksIcon, ({ actor, text = "" }) => t("system.taskReopened", { actor, text })],
  "task.deleted": ["tasks", TasksIcon, ({ actor, text = "" }) => t("system.taskDeleted", { actor, text })],
};

/** What is told besides: of what only staff hear (told_to_staff.ts), which clients' pages needn't fetch. */
export function tellAlso(rows: ToldRows): void {
  Object.assign(told, rows);
}

/** Where an event is told in a line, if it is. */
export function placeOf({ type }: Event): Place | undefined {
  return told[type]?.[0];
}

/** The line's words. */
export function systemText(system: SystemView): string {
  return (told[system.event.type] as Told<Event> | undefined)?.[2](system) ?? "";
}

/** The line's icon. */
export function systemIcon({ event }: SystemView): Icon {
  return told[event.type]?.[1] ?? CheckIcon;
}
