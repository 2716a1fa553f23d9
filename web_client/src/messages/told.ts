// What is told in a line of the stream, or among the changes of the tasks, though nobody wrote it: one row says of each event
// where it is told, with which icon and in which words. An event without a row is told nowhere.

import type { Event } from "../core/protocol.gen.ts";
import { now } from "../i18n/clock.ts";
import { format, t } from "../i18n/index.ts";
import {
  ArchiveIcon,
  BellIcon,
  CheckIcon,
  ClockIcon,
  type Icon,
  PencilIcon,
  PersonIcon,
  TasksIcon,
} from "../kit/icons.tsx";
import type { SystemView } from "./models.ts";

/** `place`: in the stream, as it stands there; in the stream by its time, for what has no place among what clients see;
 *  or among the changes of the tasks. */
type Place = "stream" | "time" | "tasks";
type Told<E> = readonly [place: Place, icon: Icon, words: (system: SystemView<E>) => string];

const told: { readonly [T in Event["type"]]?: Told<Extract<Event, { readonly type: T }>> } = {
  "thread.renamed": [
    "stream",
    PencilIcon,
    ({ actor, event }) => t("system.renamed", { actor, subject: event.subject }),
  ],
  "thread.archived": ["stream", ArchiveIcon, ({ actor }) => t("system.archived", { actor })],
  "thread.reopened": ["stream", ArchiveIcon, ({ actor }) => t("system.reopened", { actor })],
  "thread.assigned": [
    "time",
    PersonIcon,
    ({ actor, actor_id, event: { assignee } }) => {
      if (!assignee) return t("system.unassigned", { actor });
      if (assignee.id === actor_id) return t("system.tookOver", { actor });
      return t("system.assigned", { actor, assignee: assignee.name });
    },
  ],
  "thread.snoozed": [
    "time",
    ClockIcon,
    ({ actor, event: { snooze } }) =>
      snooze.until === undefined
        ? t("system.snoozedForAnswer", { actor })
        : t("system.snoozed", { actor, when: format.value.full(snooze.until, now.value) }),
  ],
  "thread.woken": [
    "time",
    ClockIcon,
    ({ actor, event: { back, snoozed_by } }) => {
      if (back) return t(back.why === "time" ? "snooze.backByTime" : "snooze.backByAnswer");
      if (!actor) return t("system.snoozeOver");
      return t(snoozed_by ? "system.woken" : "system.takenDown", { actor });
    },
  ],
  "reminder.sent": [
    "stream",
    BellIcon,
    ({ event: { number, of, recipients }, lost, names: reached = recipients }) => {
      const names = format.value.list(reached);
      if (lost) return t("system.notReminded", { names });
      return number === 0
        ? t("system.remindedByHand", { names })
        : t("system.reminded", { number, of, names });
    },
  ],
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
