// Something that happened, told in one line with its icon and full date. No surface: nobody wrote it.

import type { JSX } from "preact";
import { format, t } from "../i18n/index.ts";
import {
  ArchiveIcon,
  BellIcon,
  ChatIcon,
  CheckIcon,
  type Icon,
  PencilIcon,
  PersonIcon,
  TasksIcon,
} from "./icons.tsx";
import type { SystemView } from "./models.ts";
import { Time } from "./Time.tsx";

const icons: Record<SystemView["kind"], Icon> = {
  created: ChatIcon,
  renamed: PencilIcon,
  archived: ArchiveIcon,
  reopened: ArchiveIcon,
  assigned: PersonIcon,
  reminder: BellIcon,
  task_added: TasksIcon,
  task_edited: TasksIcon,
  task_completed: CheckIcon,
  task_reopened: TasksIcon,
  task_deleted: TasksIcon,
  tasks_completed: CheckIcon,
};

/** The line's words. */
export function systemText(system: SystemView): string {
  switch (system.kind) {
    case "created":
      return t("system.created", { actor: system.actor });
    case "renamed":
      return t("system.renamed", { actor: system.actor, subject: system.subject });
    case "archived":
      return t("system.archived", { actor: system.actor });
    case "reopened":
      return t("system.reopened", { actor: system.actor });
    case "assigned":
      return system.assignee === undefined
        ? t("system.unassigned", { actor: system.actor })
        : t("system.assigned", { actor: system.actor, assignee: system.assignee });
    case "reminder": {
      const names = format.value.list(system.recipients);
      return system.number === 0
        ? t("system.remindedByHand", { names })
        : t("system.reminded", { number: system.number, of: system.of, names });
    }
    case "task_added":
      return t("system.taskAdded", { actor: system.actor, text: system.text });
    case "task_edited":
      return t("system.taskEdited", { actor: system.actor, text: system.text });
    case "task_completed":
      return t("system.taskCompleted", { actor: system.actor, text: system.text });
    case "task_reopened":
      return t("system.taskReopened", { actor: system.actor, text: system.text });
    case "task_deleted":
      return t("system.taskDeleted", { actor: system.actor, text: system.text });
    case "tasks_completed":
      return t("system.tasksCompleted");
  }
}

export interface SystemLineProps {
  readonly system: SystemView;
  readonly at: number;
  readonly entryKey?: string;
}

export function SystemLine({ system, at, entryKey }: SystemLineProps): JSX.Element {
  const Glyph = icons[system.kind];
  return (
    <div class="system" data-entry={entryKey} tabIndex={-1}>
      <Glyph size={14} />
      <span class="system__text">{systemText(system)}</span>
      <Time at={at} form="full" class="system__time" />
    </div>
  );
}
